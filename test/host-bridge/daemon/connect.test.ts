import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test from "ava";
import { REFUSE_NO_LEASE, REFUSE_NO_VIEW } from "../../../firmware/wire/frame-types.js";
import { CARD_FLAG_BLANK } from "../../../firmware/wire/host-setup-frames.js";
import { connect, SequenceError } from "../../../host-bridge/index.js";
import type { HeardRequest } from "../fake-card.js";
import { DaemonBench, temporaryDirectory } from "./daemon-bench.js";

test("what a card can do, a daemon can: numbers, blocks, view, status, latest", async (t) => {
  const bench = await new DaemonBench(t, [{ next: 2n ** 53n + 1n }]).start();
  const sequence = await bench.connect();
  t.deepEqual(await Promise.all([sequence.next(), sequence.nextBlock(3)]), [
    2n ** 53n + 1n,
    { first: 2n ** 53n + 2n, last: 2n ** 53n + 4n },
  ]);
  t.like(sequence.card, { id: 3, fabricId: 0xfab1c, blank: false });
  t.like(sequence.view, { number: 257, state: "ready" });
  t.true(sequence.ready);
  t.is((await sequence.status()).counters.numbersDelivered, 3);
  t.is(sequence.latest(), 2n ** 53n + 4n);
});

test("a client hears of a new view, and what the newest number is", async (t) => {
  const bench = await new DaemonBench(t).start();
  const sequence = await bench.connect();
  await once(sequence, "view");
  const changed = once(sequence, "view");
  bench.port.card.settings.view = 513;
  bench.port.card.sendView();
  t.like((await changed)[0], { previous: { number: 257 }, current: { number: 513 } });
  bench.port.card.sendMirror(4_711n);
  await bench.until(() => sequence.latest() === 4_711n);
  t.pass();
});

test("calls of several clients, and what one leaves behind, never share a number", async (t) => {
  const bench = await new DaemonBench(t).start();
  const clients = await Promise.all(Array.from({ length: 8 }, () => bench.connect()));
  const calls = clients.flatMap((client) => Array.from({ length: 50 }, () => client.next()));
  const numbers = await Promise.all(calls);
  t.is(new Set(numbers).size, 400);
  t.true(bench.blocks.length <= 8, `${bench.blocks.length} blocks for eight clients`);
});

test("a daemon that is restarted is found again: waiting calls are served once, by the new one", async (t) => {
  const bench = await new DaemonBench(t, [{ manual: true }], { drainMs: 1 }).start();
  const sequence = await bench.connect();
  const call = sequence.next();
  await bench.heard(1);
  const lost = bench.blocks[0] as HeardRequest;
  const disconnected = once(sequence, "disconnect");
  await bench.daemon.stop();
  t.is((await disconnected)[0].code, "DISCONNECTED");
  bench.port.card.answer(lost);
  const during = sequence.next();
  bench.port.card.settings.manual = false;
  await bench.restart();
  const numbers = await Promise.all([call, during]);
  t.deepEqual(numbers, [2n, 3n]);
});

test("a daemon that ends serves what is under way first", async (t) => {
  const bench = await new DaemonBench(t, [{ manual: true }]).start();
  const sequence = await bench.connect();
  const call = sequence.next();
  await bench.heard(1);
  const stopping = bench.daemon.stop();
  await bench.until(() => true);
  bench.port.card.answer(bench.blocks[0] as HeardRequest);
  t.is(await call, 1n);
  await stopping;
  t.is(bench.port.card.closes, 1);
});

test("what is asked for while a daemon ends is kept for the next one", async (t) => {
  const bench = await new DaemonBench(t, [{ manual: true }]).start();
  const sequence = await bench.connect();
  const before = sequence.next();
  await bench.heard(1);
  const stopping = bench.daemon.stop();
  const during = sequence.next();
  for (let turns = 0; turns < 20; turns += 1) await bench.until(() => true);
  bench.port.card.answer(bench.blocks[0] as HeardRequest);
  t.is(await before, 1n);
  await stopping;
  t.is(bench.blocks.length, 1);
  bench.port.card.settings.manual = false;
  await bench.restart();
  t.is(await during, 2n);
});

test("a blank card is initialised through the daemon, and serves", async (t) => {
  const bench = await new DaemonBench(t, [{ flags: CARD_FLAG_BLANK }]).start();
  const sequence = await bench.connect();
  await t.throwsAsync(sequence.next(), { code: "CARD_BLANK" });
  await sequence.initialise({ fabricId: 5, cardId: 2, first: 1n, members: [1, 2, 3] });
  t.is(await sequence.next(), 1n);
  await bench.until(() => bench.daemon.numbers.cards()[0]?.card?.fabricId === 5);
  const other = await bench.connect();
  t.like(other.card, { id: 2, fabricId: 5, blank: false });
});

test('"wait" waits for the fabric in the daemon, "reject" is told the reason at once', async (t) => {
  const bench = await new DaemonBench(t, [{ refuseWith: REFUSE_NO_LEASE, state: REFUSE_NO_LEASE }]).start();
  const patient = await bench.connect();
  const impatient = await bench.connect({ whenNotReady: "reject" });
  const waiting = patient.next();
  const error = await t.throwsAsync<SequenceError>(impatient.next(), { code: "NOT_READY" });
  t.is(error.reason, "no-lease");
  bench.port.card.settings.refuseWith = 0;
  bench.port.card.settings.state = 0;
  bench.port.card.sendView();
  t.is(await waiting, 1n);
  bench.port.card.settings.manual = true;
  const late = impatient.next();
  await bench.heard(bench.blocks.length + 1);
  bench.port.card.settings.state = REFUSE_NO_VIEW;
  bench.port.card.sendView();
  t.is((await t.throwsAsync<SequenceError>(late, { code: "NOT_READY" })).reason, "no-view");
});

test("an exhausted fabric is EXHAUSTED through the daemon too", async (t) => {
  const bench = await new DaemonBench(t, [{ next: 2n ** 63n - 1n }]).start();
  const sequence = await bench.connect();
  t.is(await sequence.next(), 2n ** 63n - 1n);
  await t.throwsAsync(sequence.next(), { code: "EXHAUSTED" });
});

test("no daemon: DAEMON_NOT_RUNNING, and the message names the socket", async (t) => {
  const socket = join(temporaryDirectory(t), "nobody");
  const error = await t.throwsAsync(connect({ socket }), { code: "DAEMON_NOT_RUNNING" });
  t.true(error.message.includes(socket));
  writeFileSync(socket, "a file");
  await t.throwsAsync(connect({ socket }), { code: "DAEMON_NOT_RUNNING" });
});

test("whatever listens and does not answer is DAEMON_SILENT", async (t) => {
  const socket = join(temporaryDirectory(t), "s");
  const server = createServer((client) => client.resume()).listen(socket);
  t.teardown(() => server.close());
  await once(server, "listening");
  await t.throwsAsync(connect({ socket, openTimeoutMs: 60 }), { code: "DAEMON_SILENT" });
});

test("a daemon whose only card does not answer does not start, and leaves no socket", async (t) => {
  const bench = new DaemonBench(t, [{ silent: true }], { openTimeoutMs: 50 });
  await t.throwsAsync(bench.daemon.start(), { code: "NOT_A_CARD" });
  await t.throwsAsync(bench.connect(), { code: "DAEMON_NOT_RUNNING" });
});

for (const options of [
  { socket: "" },
  { timeoutMs: 0 },
  { openTimeoutMs: Number.NaN },
  { whenNotReady: "panic" as "wait" },
]) {
  test(`connect(${JSON.stringify(options)}) is BAD_OPTION`, async (t) => {
    await t.throwsAsync(connect({ socket: "/nowhere", ...options }), {
      instanceOf: SequenceError,
      code: "BAD_OPTION",
    });
  });
}
