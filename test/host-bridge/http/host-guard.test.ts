import test from "ava";
import { isHostAllowed } from "../../../host-bridge/http/host-guard.js";
import {
  httpUrl,
  isHttpAddress,
  isLoopback,
  parseHttpAddress,
} from "../../../host-bridge/http/http-address.js";

for (const header of [
  "127.0.0.1:8080",
  "127.0.0.1",
  "localhost",
  "LOCALHOST:1",
  "[::1]:8080",
  "10.0.0.7:80",
  "picture.lan:8080",
]) {
  test(`a request for ${header} is answered`, (t) => t.true(isHostAllowed(header, ["picture.lan"])));
}

for (const header of [
  undefined,
  "",
  "evil.example",
  "evil.example:8080",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "127.0.0.1@evil.example",
  "evil.example/127.0.0.1",
  "[evil]:80",
  "[127.0.0.1]:80",
  "127.0.0.1:80:80",
  "127.0.0.1 evil",
  `${"a".repeat(400)}`,
]) {
  test(`a request for ${header?.slice(0, 40)} is refused`, (t) =>
    t.false(isHostAllowed(header, ["picture.lan"])));
}

test("addresses to listen at", (t) => {
  t.deepEqual(parseHttpAddress("127.0.0.1:8080"), { host: "127.0.0.1", port: 8_080 });
  t.deepEqual(parseHttpAddress("8080"), { host: "127.0.0.1", port: 8_080 });
  t.deepEqual(parseHttpAddress("localhost:0"), { host: "127.0.0.1", port: 0 });
  t.deepEqual(parseHttpAddress("[::1]:80"), { host: "::1", port: 80 });
  for (const wrong of [
    "",
    "127.0.0.1",
    "::1:80",
    "[127.0.0.1]:80",
    "host.lan:80",
    "127.0.0.1:65536",
    "1.2.3:80",
    "127.0.0.1:80x",
  ]) {
    t.false(isHttpAddress(wrong), wrong);
  }
  t.true(isLoopback("127.0.0.1") && isLoopback("::1") && !isLoopback("0.0.0.0"));
  t.is(httpUrl({ host: "::1", port: 80 }), "http://[::1]:80");
});
