import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { REFUSE_EXHAUSTED, REFUSE_NO_LEASE } from "../../../firmware/wire/frame-types.js";
import { connectNats } from "../../../host-bridge/index.js";
import { findFreePorts } from "../../../scripts/processes/free-port.js";
import { findNatsServer } from "../../../scripts/processes/nats-server-process.js";
import { temporaryDirectory } from "../daemon/daemon-bench.js";
import type { HeardRequest } from "../fake-card.js";
import { isRegistered, NatsBench } from "./nats-bench.js";

const needsServer = findNatsServer() === undefined ? test.serial.skip : test.serial;
const NEXT = "seqcard.000fab1c.next";

needsServer(
  "a Sequence over NATS (needs nats-server): numbers, blocks, latest, view, to 64 bits",
  async (t) => {
    const bench = await NatsBench.start(t);
    const bridge = await bench.registered([{ next: 2n ** 53n + 1n }]);
    const sequence = await bench.connect();
    t.deepEqual(await Promise.all([sequence.next(), sequence.nextBlock(3), sequence.next()]), [
      2n ** 53n + 1n,
      { first: 2n ** 53n + 2n, last: 2n ** 53n + 4n },
      2n ** 53n + 5n,
    ]);
    t.is(bridge.blocks.length, 1, "calls of one moment travel together");
    t.is(sequence.latest(), 2n ** 53n + 5n);
    t.like(sequence.card, { id: 3, fabricId: 0xfab1c });
    await bridge.until(() => sequence.view !== null);
    t.like(sequence.view, { number: 257, state: "ready" });
    t.true(sequence.ready);
    t.throws(() => sequence.nextSync(), { code: "SYNC_UNSUPPORTED" });
  },
);

needsServer(
  "any NATS client (needs nats-server) asks with nothing, a count or JSON; bad payloads are coded",
  async (t) => {
    const bench = await NatsBench.start(t);
    const bridge = await bench.registered();
    const plain = await bench.plain();
    const ask = async (payload: string): Promise<string> => (await plain.request(NEXT, payload)).string();
    t.is(await ask(""), '{"first":"1","last":"1"}');
    t.is(await ask("5"), '{"first":"2","last":"6"}');
    t.is(await ask('{"count":2,"timeoutMs":1000}'), '{"first":"7","last":"8"}');
    const bad = [
      "0",
      "-1",
      "32769",
      "1.5",
      "x",
      "[]",
      "{",
      '{"count":"2"}',
      '{"number":1}',
      "\u0000",
      "1".repeat(300),
      "null",
    ];
    for (const payload of bad) {
      const reply = await plain.request(NEXT, payload);
      t.is(reply.headers?.get("Nats-Service-Error-Code"), "400", payload);
      t.regex(reply.headers?.get("Nats-Service-Error") ?? "", /^BAD_COUNT /, payload);
      t.like(JSON.parse(reply.string()), { code: "BAD_COUNT" });
    }
    // A message that nobody waits for the answer of takes no number.
    plain.publish(NEXT, "");
    t.is(await ask(""), '{"first":"9","last":"9"}');
    bridge.port.card.settings.refuseWith = REFUSE_EXHAUSTED;
    t.regex((await plain.request(NEXT, "")).headers?.get("Nats-Service-Error") ?? "", /^EXHAUSTED /);
  },
);

needsServer(
  "a request is given up, another made for the same caller, and the late reply is nobody's (needs nats-server)",
  async (t) => {
    const bench = await NatsBench.start(t);
    const bridge = await bench.registered([{ manual: true }]);
    const sequence = await bench.connect({ requestTimeoutMs: 400 });
    const call = sequence.next();
    await bridge.heard(2);
    const [lost, asked] = bridge.blocks as [HeardRequest, HeardRequest];
    bridge.port.card.answer(lost);
    bridge.port.card.answer(asked);
    t.is(await call, 2n);
    bridge.port.card.settings.manual = false;
    t.is(await sequence.next(), 3n);
    t.is(sequence.hostCounters.session.answersUnmatched, 0, "NATS's client dropped it");
  },
);

needsServer(
  "what is asked for while nobody serves (needs nats-server) waits for a bridge; reject is told NOT_READY",
  async (t) => {
    const bench = await NatsBench.start(t);
    const bridge = await bench.registered();
    const [patient, impatient] = [await bench.connect(), await bench.connect({ whenNotReady: "reject" })];
    t.is(await patient.next(), 1n);
    await bridge.daemon.stop();
    const waiting = patient.next();
    await t.throwsAsync(impatient.next(), { code: "NOT_READY" });
    await bench.registered([{ next: 2n }]);
    t.is(await waiting, 2n);
    t.is(await impatient.next(), 3n);
  },
);

needsServer("a bridge whose card cannot serve (needs nats-server) leaves it to those that can", async (t) => {
  const bench = await NatsBench.start(t);
  await bench.registered([{ state: REFUSE_NO_LEASE, refuseWith: REFUSE_NO_LEASE }]);
  await bench.registered([{ next: 100n }]);
  const sequence = await bench.connect({ timeoutMs: 5_000 });
  for (let number = 100n; number < 120n; number += 1n) t.is(await sequence.next(), number);
});

needsServer(
  "the server goes away and returns (needs nats-server): bridges and clients find it again, calls wait",
  async (t) => {
    const bench = await NatsBench.start(t);
    const bridge = await bench.registered();
    const sequence = await bench.connect();
    t.is(await sequence.next(), 1n);
    const disconnected = once(sequence, "disconnect");
    await bench.stopServer();
    t.is((await disconnected)[0].code, "DISCONNECTED");
    const waiting = sequence.next();
    const local = await bridge.connect();
    t.is(await local.next(), 2n, "this host's processes are served meanwhile");
    await bench.startServer();
    t.is(await waiting, 3n);
    await t.throwsAsync(connectNats({ servers: bench.url, fabricId: 5, openTimeoutMs: 300 }), {
      code: "DAEMON_SILENT",
    });
  },
);

needsServer("a server that comes later than the daemon (needs nats-server) is found", async (t) => {
  const bench = await NatsBench.start(t);
  await bench.stopServer();
  const bridge = await bench.bridge();
  await t.throwsAsync(connectNats({ servers: bench.url, openTimeoutMs: 300 }), { code: "NATS_UNREACHABLE" });
  await bench.startServer();
  await isRegistered(bridge);
  t.is(await (await bench.connect()).next(), 1n);
});

needsServer("two fabrics at one server (needs nats-server) are never mixed", async (t) => {
  const bench = await NatsBench.start(t);
  await bench.registered([{ next: 1n }]);
  await bench.registered([{ next: 1_000n, fabricId: 7 }]);
  await t.throwsAsync(bench.connect(), {
    code: "BAD_OPTION",
    message: /000fab1c.*00000007|00000007.*000fab1c/,
  });
  const sequence = await bench.connect({ fabricId: 7 });
  for (let number = 1_000n; number < 1_010n; number += 1n) t.is(await sequence.next(), number);
});

needsServer("a server with passwords (needs nats-server): who has none is NATS_DENIED", async (t) => {
  const bench = await NatsBench.start(t, ["--user", "u", "--pass", "p:w"]);
  const file = join(temporaryDirectory(t), "credentials");
  writeFileSync(file, "u:p:w\n");
  await isRegistered(await bench.bridge([{}], file));
  t.is(await (await bench.connect({ credentialsFile: file })).next(), 1n);
  await t.throwsAsync(bench.connect(), { code: "NATS_DENIED" });
});

test("what makes no sense is BAD_OPTION", async (t) => {
  const servers = "nats://127.0.0.1:1";
  for (const options of [
    { servers: "http://a" },
    { servers: "nats://u:p@a" },
    { servers, subject: "a.*" },
    { servers, fabricId: 0 },
    { servers, timeoutMs: 0 },
    { servers, requestTimeoutMs: 1.5 },
    { servers, credentialsFile: "/no/such/file" },
  ]) {
    await t.throwsAsync(connectNats(options), { code: "BAD_OPTION" }, JSON.stringify(options));
  }
});

needsServer("where no bridge serves (needs nats-server) it is DAEMON_NOT_RUNNING", async (t) => {
  const bench = await NatsBench.start(t);
  const [port = 0] = await findFreePorts(1);
  await t.throwsAsync(bench.connect({ openTimeoutMs: 300 }), { code: "DAEMON_NOT_RUNNING" });
  await t.throwsAsync(connectNats({ servers: `nats://127.0.0.1:${port}` }), { code: "NATS_UNREACHABLE" });
});
