import test from "ava";
import {
  describeNetworkAddress,
  isLoopback,
  parseNetworkAddress,
} from "../../../host-bridge/daemon/network-address.js";

test("a port alone is this machine's; hosts and both kinds of addresses are read", (t) => {
  t.deepEqual(parseNetworkAddress("6390"), { host: "127.0.0.1", port: 6_390 });
  t.deepEqual(parseNetworkAddress("10.0.0.1:1"), { host: "10.0.0.1", port: 1 });
  t.deepEqual(parseNetworkAddress("localhost:0"), { host: "localhost", port: 0 });
  t.deepEqual(parseNetworkAddress("[::1]:65535"), { host: "::1", port: 65_535 });
  for (const text of ["", "x", "a:b", "1:65536", "::1:5", "[1.2.3.4]:5", "[::x]:5", "a b:5", "-1"]) {
    t.is(parseNetworkAddress(text), null, text);
  }
});

test("only this machine's own addresses are loopback", (t) => {
  for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
    t.true(isLoopback({ host, port: 1 }), host);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.example.org"])
    t.false(isLoopback({ host, port: 1 }), host);
});

test("what is described can be read again", (t) => {
  for (const text of ["127.0.0.1:1", "[::1]:2", "host.example:3"]) {
    const address = parseNetworkAddress(text);
    t.is(address === null ? "" : describeNetworkAddress(address), text);
  }
});
