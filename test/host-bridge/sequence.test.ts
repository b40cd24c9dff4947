import { Worker } from "node:worker_threads";
import test from "ava";
import { REFUSE_NO_VIEW } from "../../firmware/wire/frame-types.js";
import { CARD_FLAG_BLANK } from "../../firmware/wire/host-setup-frames.js";
import { SequenceError } from "../../host-bridge/errors.js";
import type { HeardRequest } from "./fake-card.js";
import { VirtualPort } from "./virtual-port.js";

test("next, nextBlock and latest", async (t) => {
  const port = new VirtualPort({ next: 2n ** 53n + 1n });
  const sequence = await port.start();
  t.is(sequence.latest(), 0n);
  const [one, block, other] = await Promise.all([sequence.next(), sequence.nextBlock(3), sequence.next()]);
  t.is(one, 2n ** 53n + 1n);
  t.deepEqual(block, { first: one + 1n, last: one + 3n });
  t.is(other, one + 4n);
  t.is(port.card.heard.length, 1, "one frame for all calls of a turn");
  t.is(sequence.latest(), other);
  t.like(sequence.card, { id: 3, fabricId: 0xfab1c, blank: false });
  t.true(sequence.ready);
  t.is(sequence.view?.number, 257);
  t.is(sequence.hostCounters.session.answersUnmatched, 0);
  t.true(sequence.hostCounters.decoder.frames >= 3);
});

test("latest never goes down, and is told by the card too", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start();
  port.card.sendMirror(1_000n);
  await port.clock.settle();
  t.is(sequence.latest(), 1_000n);
  port.card.sendMirror(900n);
  t.is(await sequence.next(), 1n);
  t.is(sequence.latest(), 1_000n);
});

test("a worker thread reads the latest number without a call", async (t) => {
  const port = new VirtualPort({ next: 2n ** 60n });
  const sequence = await port.start();
  await sequence.next();
  const module = new URL("../../host-bridge/latest-number.js", import.meta.url).href;
  const worker = new Worker(
    `import(${JSON.stringify(module)}).then(({ readLatest }) => {
      const { parentPort, workerData } = require("node:worker_threads");
      parentPort.postMessage(readLatest(workerData));
    });`,
    { eval: true, workerData: sequence.memory },
  );
  const read = await new Promise((resolve) => worker.once("message", resolve));
  await worker.terminate();
  t.is(read, 2n ** 60n);
});

for (const count of [0, -1, 1.5, 32_769, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`a block of ${count} is refused with BAD_COUNT`, async (t) => {
    const port = new VirtualPort();
    const sequence = await port.start();
    await t.throwsAsync(sequence.nextBlock(count), { instanceOf: SequenceError, code: "BAD_COUNT" });
    t.is(port.card.heard.length, 0);
  });
}

test("a call on a blank card gets CARD_BLANK until it is initialised", async (t) => {
  const port = new VirtualPort({ flags: CARD_FLAG_BLANK });
  const sequence = await port.start();
  t.true(sequence.card.blank);
  await t.throwsAsync(sequence.next(), { code: "CARD_BLANK" });
  await sequence.initialise({ fabricId: 5, cardId: 2, first: 1n, members: [1, 2] });
  t.like(sequence.card, { id: 2, fabricId: 5, blank: false });
  t.is(await sequence.next(), 1n);
  await t.throwsAsync(sequence.initialise({ fabricId: 6, cardId: 1, first: 1n, members: [1] }), {
    code: "CARD_NOT_BLANK",
  });
  await t.throwsAsync(sequence.initialise({ fabricId: 6, cardId: 1, first: 1n, members: [2] }), {
    code: "BAD_MEMBERS",
  });
});

test("an initialisation whose first result was lost counts as done", async (t) => {
  const port = new VirtualPort({ flags: CARD_FLAG_BLANK, loseInitResults: 1 });
  const sequence = await port.start();
  const done = sequence.initialise({ fabricId: 5, cardId: 2, first: 1n, members: [1, 2, 3] });
  await port.clock.pass(250);
  await done;
  t.is(port.card.inits, 2);
  t.like(sequence.card, { id: 2, fabricId: 5, blank: false });
});

test("status is one typed object", async (t) => {
  const sequence = await new VirtualPort({ next: 42n }).start();
  const status = await sequence.status();
  t.is(status.latest, 41n);
  t.is(status.counters.numbersDelivered, 3);
  t.is(sequence.latest(), 41n);
});

test("events: the first ones reach a listener added when open resolves", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start();
  const told: string[] = [];
  sequence.on("ready", () => told.push("ready"));
  sequence.on("view", ({ reason, current }) => told.push(`${reason} ${current.number}`));
  await port.clock.settle();
  port.card.settings.view = 513;
  port.card.sendView();
  await port.clock.settle();
  t.deepEqual(told, ["first-view 257", "ready", "renewed 513"]);
});

test("unplugged and plugged in again: the card is taken back and in-flight calls are served once", async (t) => {
  const port = new VirtualPort({ manual: true });
  const sequence = await port.start();
  const told: string[] = [];
  sequence.on("disconnect", ({ code }) => told.push(code));
  sequence.on("reconnect", ({ id }) => told.push(`card ${id}`));
  const call = sequence.next();
  await port.clock.settle();
  const lost = port.card.heard[0] as HeardRequest;
  port.unplug();
  t.false(sequence.ready);
  const during = sequence.next();
  await port.clock.pass(500);
  port.plugIn();
  port.card.reset();
  await port.clock.pass(1_000);
  t.deepEqual(told, ["DISCONNECTED", "card 3"]);
  port.card.answer(lost);
  port.card.settings.manual = false;
  for (const request of port.card.heard.slice(1)) port.card.answer(request);
  t.deepEqual(await Promise.all([call, during]), [2n, 3n]);
  t.is(sequence.hostCounters.session.dropSession, 1);
});

test("attempts to reconnect slow down from 20 ms to a second", async (t) => {
  const port = new VirtualPort();
  await port.start();
  port.unplug();
  const opened: number[] = [];
  for (const ms of [20, 40, 80, 160, 320, 640, 1_000, 1_000]) {
    await port.clock.pass(ms - 1);
    opened.push(port.opened);
    await port.clock.pass(1);
    opened.push(port.opened);
  }
  t.deepEqual(opened, [1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9]);
});

test("a card that cannot be had back is an error event, once a kind; nobody needs to listen", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start();
  port.unplug(new SequenceError("PORT_DENIED", "not yours"));
  await port.clock.pass(100);
  const codes: string[] = [];
  sequence.on("error", ({ code }) => codes.push(code));
  await port.clock.pass(5_000);
  t.deepEqual(codes, [], "the first one went by unheard, and the others are the same");
  port.plugIn();
  port.card.settings.fabricId = 99;
  await port.clock.pass(5_000);
  t.deepEqual(codes, ["WRONG_FABRIC"]);
  port.card.settings.fabricId = 0xfab1c;
  await port.clock.pass(5_000);
  t.true(sequence.ready);
});

test("a device that falls silent after a replug is tried again", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start();
  port.card.settings.silent = true;
  port.unplug();
  port.plugIn();
  const opened = port.opened;
  await port.clock.pass(2_100);
  t.true(port.opened > opened + 1);
  port.card.settings.silent = false;
  const call = sequence.next();
  await port.clock.pass(3_000);
  t.is(await call, 1n);
});

test("without reconnect a broken line ends everything with DISCONNECTED", async (t) => {
  const port = new VirtualPort({ manual: true });
  const sequence = await port.start({ reconnect: false });
  const call = sequence.next();
  const status = port.clock.settle().then(() => {
    port.card.settings.silent = true;
    return sequence.status();
  });
  const rejected = [
    t.throwsAsync(call, { code: "DISCONNECTED" }),
    t.throwsAsync(status, { code: "DISCONNECTED" }),
  ];
  await port.clock.settle();
  await port.clock.settle();
  port.unplug();
  await Promise.all(rejected);
  t.is((await sequence.closed).code, "DISCONNECTED");
  await t.throwsAsync(sequence.next(), { code: "CLOSED" });
  t.is(port.opened, 1);
});

test('"reject": a call while the card is unplugged is rejected at once', async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start({ whenNotReady: "reject" });
  port.unplug();
  await t.throwsAsync(sequence.next(), { code: "DISCONNECTED" });
  port.plugIn();
  await port.clock.pass(100);
  t.is(await sequence.next(), 1n);
});

test('"reject": a call while there is no view gets NOT_READY with the reason', async (t) => {
  const port = new VirtualPort({ refuseWith: REFUSE_NO_VIEW, state: REFUSE_NO_VIEW });
  const sequence = await port.start({ whenNotReady: "reject" });
  t.false(sequence.ready);
  const error = await t.throwsAsync<SequenceError>(sequence.next(), { code: "NOT_READY" });
  t.is(error.reason, "no-view");
});

test("close lets what is in flight finish, and is safe twice", async (t) => {
  const port = new VirtualPort({ manual: true });
  const sequence = await port.start();
  const call = sequence.next();
  const closing = sequence.close();
  t.is(sequence.close(), closing);
  await t.throwsAsync(sequence.next(), { code: "CLOSED" });
  await t.throwsAsync(sequence.status(), { code: "CLOSED" });
  t.throws(() => sequence.nextSync(), { code: "CLOSED" });
  await port.clock.settle();
  port.card.answer(port.card.heard[0] as HeardRequest);
  t.is(await call, 1n);
  await closing;
  t.is(port.card.closes, 1);
  t.is(port.closed, 1);
  t.is((await sequence.closed).code, "CLOSED");
  await sequence.close();
  t.is(port.closed, 1);
});

test("close rejects what does not finish in time", async (t) => {
  const port = new VirtualPort({ manual: true });
  const sequence = await port.start();
  const call = t.throwsAsync(sequence.next(), { code: "CLOSED" });
  const closing = sequence.close();
  await port.clock.pass(999);
  t.is(port.closed, 0);
  await port.clock.pass(1);
  await Promise.all([call, closing]);
});

test("close while the card is unplugged rejects at once and stops reconnecting", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start();
  port.unplug();
  const call = t.throwsAsync(sequence.next(), { code: "CLOSED" });
  await sequence[Symbol.asyncDispose]();
  await call;
  const { opened } = port;
  await port.clock.pass(5_000);
  t.is(port.opened, opened);
});

test("open rejects with the reason, and gives the port back", async (t) => {
  const silent = new VirtualPort({ silent: true });
  const opening = t.throwsAsync(silent.start(), { code: "NOT_A_CARD" });
  await silent.clock.pass(2_000);
  await opening;
  t.is(silent.closed, 1);
  const old = new VirtualPort({ version: 9 });
  await t.throwsAsync(old.start(), { code: "WRONG_VERSION" });
  t.is(old.closed, 1);
  const missing = new VirtualPort();
  missing.failure = new SequenceError("PORT_NOT_FOUND", "none");
  await t.throwsAsync(missing.start(), { code: "PORT_NOT_FOUND" });
  t.is(missing.opened, 1);
});

test("nextSync takes its number in the calling thread, after those that called before", async (t) => {
  const port = new VirtualPort();
  const sequence = await port.start();
  const before = sequence.next();
  t.is(sequence.nextSync(), 2n);
  t.is(await before, 1n);
  t.is(sequence.latest(), 2n);
});

test("nextSync reports what next would, and a line that breaks", async (t) => {
  const port = new VirtualPort({ next: 2n ** 63n });
  const sequence = await port.start();
  t.throws(() => sequence.nextSync(), { code: "EXHAUSTED" });
  t.throws(() => sequence.nextSync({ spinUs: -1 }), { code: "BAD_OPTION" });
  t.throws(() => sequence.nextSync({ timeoutMs: 0 }), { code: "BAD_OPTION" });
  port.card.settings.silent = true;
  // Waiting is when this port breaks.
  t.throws(() => sequence.nextSync({ spinUs: 0 }), { code: "DISCONNECTED" });
  t.throws(() => sequence.nextSync(), { code: "DISCONNECTED" });
});

test("nextSync is refused where the platform cannot wait", async (t) => {
  const port = new VirtualPort();
  port.canWait = false;
  const sequence = await port.start();
  t.throws(() => sequence.nextSync(), { code: "SYNC_UNSUPPORTED" });
});
