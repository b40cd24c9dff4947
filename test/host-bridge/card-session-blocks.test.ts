import test from "ava";
import { MAX_BLOCK_COUNT } from "../../firmware/wire/constants.js";
import { SequenceError } from "../../host-bridge/errors.js";
import { SILENT_RETRY_MS } from "../../host-bridge/timing.js";
import type { HeardRequest } from "./fake-card.js";
import { SessionBench } from "./session-bench.js";

function heard(bench: SessionBench, index: number): HeardRequest {
  return bench.card.heard.at(index) as HeardRequest;
}

test("calls of one turn become one block, and get their numbers in calling order", (t) => {
  const bench = new SessionBench().open();
  const calls = [bench.call(), bench.call(5), bench.call()];
  bench.session.flush(0);
  bench.deliver();
  t.deepEqual(
    bench.card.heard.map(({ count }) => count),
    [7],
  );
  t.deepEqual(
    calls.map(({ first }) => first),
    [1n, 2n, 7n],
  );
});

test("a call that comes later is never part of a block in flight", (t) => {
  const bench = new SessionBench({ card: { manual: true } }).open();
  const early = bench.ask();
  const late = bench.call();
  bench.card.answer(heard(bench, 0));
  bench.deliver();
  t.is(early.first, 1n);
  t.is(late.first, null);
  bench.card.settings.next = 100n;
  bench.card.answer(heard(bench, 1));
  bench.deliver();
  t.is(late.first, 100n);
});

test("a retry adds nobody", (t) => {
  const bench = new SessionBench({ card: { manual: true } }).open();
  bench.ask(3);
  bench.call();
  bench.pass(SILENT_RETRY_MS);
  t.is(bench.card.heard.length, 2);
  t.deepEqual(heard(bench, 1), heard(bench, 0));
});

test("no more blocks are in flight than the card takes, and the rest becomes one", (t) => {
  const bench = new SessionBench({ card: { manual: true, maxBlocksInFlight: 2 } }).open();
  for (let index = 0; index < 10; index += 1) bench.ask();
  t.is(bench.card.heard.length, 2);
  bench.card.answer(heard(bench, 0));
  bench.deliver();
  t.deepEqual(
    bench.card.heard.map(({ count }) => count),
    [1, 1, 8],
  );
  t.true(bench.spaceSignals > 0);
});

test("a card that promises more blocks than the protocol has, or none, is not believed", (t) => {
  const many = new SessionBench({ card: { manual: true, maxBlocksInFlight: 255 } }).open();
  for (let index = 0; index < 20; index += 1) many.ask();
  t.is(many.card.heard.length, 8);
  const none = new SessionBench({ card: { manual: true, maxBlocksInFlight: 0 } }).open();
  none.ask();
  t.is(none.card.heard.length, 1);
});

test("what is more than a block can hold goes into several, each caller whole", (t) => {
  const bench = new SessionBench().open();
  const calls = [bench.call(MAX_BLOCK_COUNT - 1), bench.call(2), bench.call(MAX_BLOCK_COUNT)];
  bench.session.flush(0);
  bench.deliver();
  t.deepEqual(
    bench.card.heard.map(({ count }) => count),
    [MAX_BLOCK_COUNT - 1, 2, MAX_BLOCK_COUNT],
  );
  t.deepEqual(
    calls.map(({ first }) => first),
    [1n, 32_768n, 32_770n],
  );
});

test("late, doubled and wrong answers are dropped and counted", (t) => {
  const bench = new SessionBench({ card: { manual: true } }).open();
  const call = bench.ask(2);
  const { session, tag } = heard(bench, 0);
  bench.card.answerWith(session, tag, 3, 50n);
  bench.card.answerWith(session, tag + 1, 2, 50n);
  bench.card.answerWith(session ^ 1, tag, 2, 50n);
  bench.card.answerWith(session, tag, 2, 0n);
  bench.card.answerWith(session, tag, 2, 2n ** 63n - 1n);
  bench.card.answerWith(session, tag, 0, 50n);
  bench.deliver();
  t.is(call.first, null);
  bench.card.answerWith(session, tag, 2, 2n ** 63n - 2n);
  bench.card.answerWith(session, tag, 2, 70n);
  bench.deliver();
  t.is(call.first, 2n ** 63n - 2n);
  const { answersUnmatched, answersOutOfRange, dropSession } = bench.session.counters;
  t.deepEqual(
    { answersUnmatched, answersOutOfRange, dropSession },
    { answersUnmatched: 4, answersOutOfRange: 2, dropSession: 1 },
  );
});

test("64 bits stay exact", (t) => {
  const bench = new SessionBench({ card: { next: 2n ** 53n + 1n } }).open();
  const calls = [bench.call(), bench.call()];
  bench.session.flush(0);
  bench.deliver();
  t.deepEqual(
    calls.map(({ first }) => first),
    [9_007_199_254_740_993n, 9_007_199_254_740_994n],
  );
});

test("a call that times out gets nobody's number, and others of its block still get theirs", (t) => {
  const bench = new SessionBench({ card: { manual: true } }).open();
  const hasty = bench.call(4, 100);
  const patient = bench.call();
  bench.session.flush(0);
  bench.pass(100);
  t.is(hasty.error?.code, "TIMEOUT");
  bench.card.answer(heard(bench, 0));
  bench.deliver();
  t.is(hasty.first, null);
  t.is(patient.first, 5n);
  t.is(bench.session.counters.numbersSkipped, 4);
});

test("a block that nobody waits for is not asked again, and makes room", (t) => {
  const bench = new SessionBench({ card: { manual: true, maxBlocksInFlight: 1 } }).open();
  bench.ask(1, 100);
  const next = bench.ask(2);
  bench.pass(100);
  bench.session.flush(bench.nowMs);
  bench.pass(SILENT_RETRY_MS - 1);
  t.deepEqual(
    bench.card.heard.map(({ count }) => count),
    [1, 2],
  );
  bench.card.answer(heard(bench, 0));
  bench.deliver();
  t.is(next.first, null, "the late answer serves nobody else");
});

test("a call waiting for a block times out too", (t) => {
  const bench = new SessionBench({ card: { manual: true, maxBlocksInFlight: 1 } }).open();
  bench.ask();
  const waiting = bench.ask(1, 300);
  bench.pass(300);
  t.is(waiting.error?.code, "TIMEOUT");
  t.is(bench.session.isIdle, false);
});

test("a frame that finds no room is sent again later", (t) => {
  const bench = new SessionBench().open();
  bench.isFull = true;
  const call = bench.ask();
  t.is(bench.session.counters.sendsFull, 1);
  bench.isFull = false;
  bench.pass(SILENT_RETRY_MS);
  bench.deliver();
  t.is(call.first, 1n);
});

test("a card that forgot the session is opened anew and asked for the same blocks under new tags", (t) => {
  const bench = new SessionBench({ card: { manual: true } }).open();
  const calls = [bench.ask(2), bench.ask(3)];
  const before = bench.card.heard.slice();
  bench.card.reset();
  bench.pass(SILENT_RETRY_MS);
  bench.deliver();
  const after = bench.card.heard.slice(-2);
  t.deepEqual(
    after.map(({ count }) => count),
    [2, 3],
  );
  t.is(bench.session.counters.sessionsLost, 1);
  for (const request of before) {
    t.false(after.some(({ tag }) => tag === request.tag));
    bench.card.answer(request);
  }
  bench.deliver();
  t.is(calls[0]?.first, null, "answers of the old session serve nobody");
  for (const request of after) bench.card.answer(request);
  bench.deliver();
  t.deepEqual(
    calls.map(({ first }) => first),
    [6n, 8n],
  );
});

test("over a broken line nothing is sent; after it, everything is asked for anew", (t) => {
  const bench = new SessionBench({ card: { manual: true } }).open();
  const inFlight = bench.ask(2);
  bench.session.disconnect();
  const later = bench.ask(1);
  const hasty = bench.ask(1, 50);
  bench.pass(1_000);
  t.is(bench.card.heard.length, 1);
  t.is(hasty.error?.code, "TIMEOUT");
  t.like(hasty.error?.cause, { code: "DISCONNECTED" });
  bench.card.answer(heard(bench, 0));
  bench.deliver();
  t.is(inFlight.first, null, "a frame that comes over a broken line is not taken");
  bench.open();
  for (const request of bench.card.heard.slice(1)) bench.card.answer(request);
  bench.deliver();
  t.is(inFlight.first, 3n);
  t.is(later.first, 5n);
});

test("failAll rejects what waits and what is in flight", (t) => {
  const bench = new SessionBench({ card: { manual: true, maxBlocksInFlight: 1 } }).open();
  const calls = [bench.ask(), bench.ask()];
  bench.session.failAll(new SequenceError("CLOSED", "closed"));
  t.deepEqual(
    calls.map(({ error }) => error?.code),
    ["CLOSED", "CLOSED"],
  );
  t.true(bench.session.isIdle);
  bench.session.close();
  t.is(bench.card.closes, 1);
});
