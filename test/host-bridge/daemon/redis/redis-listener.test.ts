import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { REFUSE_EXHAUSTED } from "../../../../firmware/wire/frame-types.js";
import type { HeardRequest } from "../../fake-card.js";
import { VirtualClock } from "../../virtual-clock.js";
import { temporaryDirectory } from "../daemon-bench.js";
import { RedisBench } from "./redis-bench.js";

function passwordFile(t: ExecutionContext, password: string): string {
  const path = join(temporaryDirectory(t), "password");
  writeFileSync(path, `${password}\n`);
  return path;
}

test("INCR, INCRBY and GET under any name are the one sequence, to its 64 bits", async (t) => {
  const bench = await RedisBench.startRedis(t, [{ next: 2n ** 53n + 1n }]);
  const client = await bench.connectRaw(t);
  t.is(await client.ask("GET a\r\n", "$-1\r\n"), "$-1\r\n");
  t.is(await client.ask("INCR a\r\n", ":9007199254740993\r\n"), ":9007199254740993\r\n");
  t.is(await client.ask("incrby b 10\r\n", ":9007199254741003\r\n"), ":9007199254741003\r\n");
  t.is(await client.ask("GET c\r\n", "$16\r\n9007199254741003\r\n"), "$16\r\n9007199254741003\r\n");
});

test("pipelined commands are answered in their order, and their numbers share a block", async (t) => {
  const bench = await RedisBench.startRedis(t, [{ manual: true }]);
  const client = await bench.connectRaw(t);
  client.send("PING\r\nINCR a\r\nECHO one\r\nINCRBY a 3\r\nGET a\r\nINCR a\r\nPING two\r\nSET a 1\r\n");
  t.is(await client.read(7), "+PONG\r\n");
  await bench.heard(1);
  t.is(bench.blocks[0]?.count, 5);
  t.is(client.received, "");
  bench.port.card.answer(bench.blocks[0] as HeardRequest);
  const wanted =
    ":1\r\n$3\r\none\r\n:4\r\n$1\r\n5\r\n:5\r\n$3\r\ntwo\r\n-ERR BAD_COMMAND unknown command 'set'";
  t.true((await client.read(wanted.length)).startsWith(wanted));
  t.is(bench.blocks.length, 1);
});

test("orders of one moment share a block over many clients", async (t) => {
  const bench = await RedisBench.startRedis(t);
  const clients = await Promise.all(Array.from({ length: 20 }, () => bench.connectRaw(t)));
  const replies = await Promise.all(
    clients.map((client) => {
      client.send(`${"INCR a\r\n".repeat(50)}PING\r\n`);
      return client.readUntil("+PONG\r\n");
    }),
  );
  const numbers = replies.flatMap((text) => text.match(/\d+/g) ?? []);
  t.is(numbers.length, 1_000);
  t.is(new Set(numbers).size, 1_000);
  t.true(bench.blocks.length <= 20, `${bench.blocks.length} blocks`);
});

test("HELLO chooses the version of the protocol", async (t) => {
  const bench = await RedisBench.startRedis(t);
  const client = await bench.connectRaw(t);
  client.send("HELLO\r\n");
  const two = await client.readUntil("modules\r\n*0\r\n");
  t.true(
    two.startsWith(
      "*14\r\n$6\r\nserver\r\n$7\r\nseqcard\r\n$7\r\nversion\r\n$5\r\n6.0.0\r\n$5\r\nproto\r\n:2\r\n",
    ),
  );
  client.send("HELLO 3 SETNAME me\r\nGET a\r\nCLIENT GETNAME\r\nINFO\r\nPING end\r\n");
  const three = await client.readUntil("$3\r\nend\r\n");
  t.true(three.startsWith("%7\r\n$6\r\nserver\r\n"));
  t.true(three.includes("$5\r\nproto\r\n:3\r\n"));
  t.true(three.includes("_\r\n$2\r\nme\r\n="));
  const [, length, info = ""] = /=(\d+)\r\ntxt:([\s\S]*)\r\n\$3\r\nend/.exec(three) ?? [];
  t.is(Number(length), 4 + info.length);
  t.regex(info, /\r\nconnected_clients:1\r\n[\s\S]*\r\nready:1\r\n/);
  client.send("HELLO 4\r\n");
  t.true((await client.readUntil("\r\n")).startsWith("-NOPROTO "));
});

test("what clients send as they connect is answered", async (t) => {
  const bench = await RedisBench.startRedis(t);
  const client = await bench.connectRaw(t);
  const text =
    "CLIENT SETINFO LIB-NAME x\r\nCLIENT SETNAME y\r\nSELECT 0\r\nCLIENT ID\r\nCOMMAND COUNT\r\nCOMMAND DOCS\r\nQUIT\r\nINCR a\r\n";
  client.send(text);
  t.is(await client.readToEnd(), "+OK\r\n+OK\r\n+OK\r\n:1\r\n:12\r\n*0\r\n+OK\r\n");
  t.is(bench.blocks.length, 0, "nothing is done after QUIT");
});

test("COMMAND describes each command, and knows what it does not know", async (t) => {
  const bench = await RedisBench.startRedis(t);
  const client = await bench.connectRaw(t);
  const wanted =
    "*2\r\n*6\r\n$6\r\nincrby\r\n:3\r\n*3\r\n+write\r\n+denyoom\r\n+fast\r\n:1\r\n:1\r\n:1\r\n*-1\r\n";
  t.is(await client.ask("COMMAND INFO incrby lpush\r\n", wanted), wanted);
  client.send("COMMAND\r\n");
  t.true((await client.read(10)).startsWith("*12\r\n*6\r\n"));
});

const refusals: readonly (readonly [command: string, reply: string])[] = [
  ["DECR a", "-ERR BAD_COMMAND unknown command 'decr': the numbers of a sequence only rise"],
  ["MULTI", "-ERR BAD_COMMAND unknown command 'multi': this is one sequence"],
  ["INCR", "-ERR BAD_ARGUMENTS wrong number of arguments for 'incr' command"],
  ["GET a b", "-ERR BAD_ARGUMENTS wrong number of arguments for 'get' command"],
  ["INCRBY a 0", "-ERR BAD_COUNT "],
  ["INCRBY a -5", "-ERR BAD_COUNT "],
  ["INCRBY a 32769", "-ERR BAD_COUNT "],
  ["INCRBY a 1e3", "-ERR BAD_COUNT "],
  ["INCRBY a 99999999999999999999", "-ERR BAD_COUNT "],
  ["SELECT 1", "-ERR DB index is out of range"],
  ["AUTH x", "-ERR AUTH was sent, but this server has no password"],
  ["CLIENT KILL 1", "-ERR BAD_ARGUMENTS "],
  ["COMMAND LIST", "-ERR BAD_ARGUMENTS "],
  ["HELLO 3 NONSENSE", "-ERR BAD_ARGUMENTS "],
  ["a\u0000\u0001\u00ff\u00fe", "-ERR BAD_COMMAND unknown command 'a': "],
  ["é\u0007", "-ERR BAD_COMMAND unknown command '??': "],
];

test("what is not understood is a coded error, and the connection goes on", async (t) => {
  const bench = await RedisBench.startRedis(t);
  const client = await bench.connectRaw(t);
  for (const [command, wanted] of refusals) {
    client.send(`${command}\r\n`);
    const reply = await client.readUntil("\r\n");
    t.true(reply.startsWith(wanted), `${command}: ${reply}`);
    await client.ask("PING\r\n", `+PONG\r\n`);
  }
  t.is(await client.ask("INCR a\r\n", ":1\r\n"), ":1\r\n");
});

test("what the fabric refuses is its code; what takes too long is TIMEOUT, and its number nobody's", async (t) => {
  const clock = new VirtualClock();
  const bench = await RedisBench.startRedis(t, [{ manual: true }], { timeoutMs: 30 }, { clock });
  const client = await bench.connectRaw(t);
  client.send("INCR a\r\nPING\r\n");
  await bench.heard(1);
  const lost = bench.blocks[0] as HeardRequest;
  await clock.pass(30);
  const reply = await client.readUntil("+PONG\r\n");
  t.regex(reply, /^-ERR TIMEOUT [^\r]*\r\n\+PONG\r\n$/);
  bench.port.card.settings.manual = false;
  bench.port.card.answer(lost);
  t.is(await client.ask("INCR a\r\n", ":2\r\n"), ":2\r\n");
  bench.port.card.settings.refuseWith = REFUSE_EXHAUSTED;
  t.true((await client.ask("INCR a\r\n", "-ERR EXHAUSTED")).startsWith("-ERR EXHAUSTED"));
});

test("with a password nothing is given without it, and eight wrong ones end the connection", async (t) => {
  const bench = await RedisBench.startRedis(t, [{}], { passwordFile: passwordFile(t, "s3cret word") });
  const client = await bench.connectRaw(t);
  for (const command of ["INCR a", "GET a", "PING", "INFO", "COMMAND", "CLIENT ID", "HELLO 3", "NONSENSE"]) {
    client.send(`${command}\r\n`);
    const reply = await client.readUntil("\r\n");
    t.true(reply.startsWith("-NOAUTH "), `${command}: ${reply}`);
  }
  t.is(bench.blocks.length, 0);
  const right = await bench.connectRaw(t);
  const auth = "*3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$11\r\ns3cret word\r\n";
  t.is(await right.ask(auth, "+OK\r\n"), "+OK\r\n");
  t.is(await right.ask("INCR a\r\n", ":1\r\n"), ":1\r\n");
  const hello = await bench.connectRaw(t);
  hello.send("*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$11\r\ns3cret word\r\n");
  t.true((await hello.read(4)).startsWith("%7\r\n"));
  const guessing = await bench.connectRaw(t);
  guessing.send("AUTH default s3cret\r\n".repeat(7));
  guessing.send("AUTH wrong user s3cret\r\nAUTH nobody word\r\nINCR a\r\n");
  const replies = (await guessing.readToEnd()).split("\r\n");
  t.is(replies.filter((line) => line.startsWith("-WRONGPASS ")).length, 8);
  t.is(replies.filter((line) => line.startsWith("-NOAUTH ")).length, 0, "nothing after the eighth");
});

test("half commands wait, and what is no command is told so and ends", async (t) => {
  const bench = await RedisBench.startRedis(t);
  const half = await bench.connectRaw(t);
  half.send("*2\r\n$4\r\nIN");
  const nested = await bench.connectRaw(t);
  nested.send("INCR a\r\n*1\r\n*1\r\n$4\r\nPING\r\nINCR a\r\n");
  t.is(await nested.readToEnd(), ":1\r\n-ERR Protocol error: expected '$', got \"*\"\r\n");
  const long = await bench.connectRaw(t);
  long.send("x".repeat(100_000));
  t.is(await long.readToEnd(), "-ERR Protocol error: too big inline request\r\n");
  t.is(await half.ask("CR\r\n$1\r\na\r\n", ":2\r\n"), ":2\r\n");
});

test("a web page's request to this port takes nothing", async (t) => {
  const bench = await RedisBench.startRedis(t);
  const client = await bench.connectRaw(t);
  client.send("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nINCR a\r\n");
  t.is(await client.readToEnd(), "");
  t.is(bench.blocks.length, 0);
});

test("who has sent all and ends its side still gets its replies", async (t) => {
  const bench = await RedisBench.startRedis(t, [{ manual: true }]);
  const client = await bench.connectRaw(t);
  client.socket.end("INCR a\r\nINCR a\r\n");
  await bench.heard(1);
  bench.port.card.answer(bench.blocks[0] as HeardRequest);
  t.is(await client.readToEnd(), ":1\r\n:2\r\n");
  await bench.until(() => bench.redisClients === 0);
});

test("a client that vanishes leaves nothing behind, and others are served", async (t) => {
  const bench = await RedisBench.startRedis(t, [{ manual: true }]);
  const [leaving, staying] = [await bench.connectRaw(t), await bench.connectRaw(t)];
  leaving.send("INCR a\r\n".repeat(100));
  await bench.heard(1);
  leaving.socket.resetAndDestroy();
  await bench.until(() => bench.redisClients === 1);
  t.is(bench.daemon.numbers.openOrders, 0);
  bench.port.card.settings.manual = false;
  bench.port.card.answer(bench.blocks[0] as HeardRequest);
  t.is(await staying.ask("INCR a\r\n", ":101\r\n"), ":101\r\n");
});

test("who pipelines more than may wait is read no further until room is there, and gets all", async (t) => {
  const bench = await RedisBench.startRedis(t, [{ manual: true }]);
  const client = await bench.connectRaw(t);
  const count = 40_000;
  client.send("INCR a\r\n".repeat(count));
  await bench.heard(1);
  for (let turns = 0; turns < 200; turns += 1) await bench.until(() => true);
  t.true(bench.daemon.numbers.openOrders <= 8_192, `${bench.daemon.numbers.openOrders} orders`);
  bench.port.card.settings.manual = false;
  for (const heard of bench.blocks) bench.port.card.answer(heard);
  await bench.until(() => client.received.endsWith(`:${count}\r\n`));
  const numbers = client.received.trimEnd().split("\r\n");
  t.is(numbers.length, count);
  t.deepEqual(
    numbers,
    Array.from({ length: count }, (_, index) => `:${index + 1}`),
  );
});

test("more connections than are allowed are told so, and nobody else is disturbed", async (t) => {
  const bench = await RedisBench.startRedis(t, [{}], { maxClients: 2 });
  const [one, other] = [await bench.connectRaw(t), await bench.connectRaw(t)];
  await one.ask("PING\r\n", "+PONG\r\n");
  await other.ask("PING\r\n", "+PONG\r\n");
  const third = await bench.connectRaw(t);
  t.is(await third.readToEnd(), "-ERR BUSY max number of clients reached\r\n");
  t.is(await one.ask("INCR a\r\n", ":1\r\n"), ":1\r\n");
});

test("a daemon that ends answers what was asked for, and takes no more", async (t) => {
  const bench = await RedisBench.startRedis(t, [{ manual: true }]);
  const client = await bench.connectRaw(t);
  client.send("INCR a\r\n");
  await bench.heard(1);
  const stopping = bench.daemon.stop();
  client.send("INCR a\r\n");
  await bench.until(() => true);
  bench.port.card.answer(bench.blocks[0] as HeardRequest);
  t.is(await client.readToEnd(), ":1\r\n");
  await stopping;
  t.is(bench.blocks.length, 1);
});

test("an address that is taken is SOCKET_IN_USE, one of nobody SOCKET_FAILED, a secret that is none BAD_CONFIG", async (t) => {
  const bench = await RedisBench.startRedis(t);
  const address = { host: "127.0.0.1", port: bench.redisPort };
  await t.throwsAsync(RedisBench.startRedis(t, [{}], { address }), { code: "SOCKET_IN_USE" });
  const nowhere = { host: "192.0.2.1", port: 0 };
  await t.throwsAsync(RedisBench.startRedis(t, [{}], { address: nowhere }), { code: "SOCKET_FAILED" });
  const empty = passwordFile(t, "");
  await t.throwsAsync(RedisBench.startRedis(t, [{}], { passwordFile: empty }), { code: "BAD_CONFIG" });
  const none = join(temporaryDirectory(t), "none");
  await t.throwsAsync(RedisBench.startRedis(t, [{}], { passwordFile: none }), { code: "BAD_CONFIG" });
});
