import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "ava";
import { openEtcd } from "../../../scripts/bench/clients/etcd-client.js";
import { integerFrom } from "../../../scripts/bench/clients/integer-from.js";
import { takeReply } from "../../../scripts/bench/clients/redis-client.js";

test("whole numbers are taken exactly, and nothing else is taken for one", (t) => {
  t.is(integerFrom(12), 12n);
  t.is(integerFrom(12n), 12n);
  t.is(integerFrom("9223372036854775807"), 2n ** 63n - 1n);
  for (const bad of [undefined, null, "", "1.5", 1.5, 2 ** 53, "12a", {}]) t.throws(() => integerFrom(bad));
});

test("a Redis number counts only when a replica has it", (t) => {
  t.is(takeReply([[null, 7], [null, 1]]), 7n); // biome-ignore format: one reply a command
  t.throws(() => takeReply([[null, 7], [null, 0]]), { message: /without a replica/ }); // biome-ignore format: same
  t.throws(() => takeReply([[new Error("READONLY"), null], [null, 1]]), { message: "READONLY" }); // biome-ignore format: same
  t.throws(() => takeReply(null));
});

test("etcd's revision is the number, and an error status or a strange body is an error", async (t) => {
  const answers: [status: number, body: string][] = [
    [200, '{"header":{"revision":"41"}}'],
    [503, "no leader"],
    [200, '{"header":{}}'],
    [200, "not JSON"],
  ];
  const server = createServer((_request, response) => {
    const [status, body] = answers.shift() ?? [500, ""];
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = openEtcd((server.address() as AddressInfo).port, { callers: 1, connections: 1 });
  t.teardown(async () => {
    await client.close();
    server.close();
  });
  t.is(await client.next(0), 41n);
  await t.throwsAsync(client.next(0), { message: /503: no leader/ });
  await t.throwsAsync(client.next(0), { message: /Not a whole number/ });
  await t.throwsAsync(client.next(0));
});
