import test from "ava";
import {
  REFUSE_BLANK,
  REFUSE_BUSY,
  REFUSE_COLD,
  REFUSE_COUNT,
  REFUSE_EXHAUSTED,
  REFUSE_NO_LEASE,
  REFUSE_NO_SECONDARY,
  REFUSE_NO_VIEW,
  REFUSE_NOT_PRIMARY,
  REFUSE_STORAGE,
} from "../../firmware/wire/frame-types.js";
import { CARD_FLAG_BLANK } from "../../firmware/wire/host-setup-frames.js";
import { NOT_READY_RETRY_MS } from "../../host-bridge/timing.js";
import { SessionBench } from "./session-bench.js";

const PASSING = [
  [REFUSE_NO_VIEW, "no-view"],
  [REFUSE_COLD, "cold-primary"],
  [REFUSE_NO_LEASE, "no-lease"],
  [REFUSE_NO_SECONDARY, "secondary-silent"],
  [REFUSE_NOT_PRIMARY, "not-primary"],
  [REFUSE_BUSY, "card-busy"],
] as const;

for (const [code, reason] of PASSING) {
  test(`"reject": a call refused for ${reason} gets NOT_READY and says so`, (t) => {
    const bench = new SessionBench({ whenNotReady: "reject", card: { refuseWith: code } }).open();
    const call = bench.ask();
    bench.deliver();
    t.is(call.error?.code, "NOT_READY");
    t.is(call.error?.reason, reason);
  });

  test(`"wait": a call refused for ${reason} waits and is asked again`, (t) => {
    const bench = new SessionBench({ card: { refuseWith: code } }).open();
    const call = bench.ask();
    bench.deliver();
    bench.card.settings.refuseWith = 0;
    bench.pass(NOT_READY_RETRY_MS);
    bench.deliver();
    t.is(call.first, 1n);
    t.is(bench.card.heard[0]?.tag, bench.card.heard[1]?.tag);
  });
}

test('"wait": the news of a ready view asks again at once', (t) => {
  const bench = new SessionBench({ card: { refuseWith: REFUSE_NO_VIEW, state: REFUSE_NO_VIEW } }).open();
  const call = bench.ask();
  bench.deliver();
  t.false(bench.session.isReady);
  bench.card.settings.refuseWith = 0;
  bench.card.settings.state = 0;
  bench.card.sendView();
  bench.deliver();
  t.true(bench.session.isReady);
  t.is(bench.readySignals, 1);
  bench.deliver();
  t.is(call.first, 1n);
});

test('"wait": while a block waits, later calls gather in one block behind it', (t) => {
  const bench = new SessionBench({ card: { refuseWith: REFUSE_NO_LEASE } }).open();
  bench.ask();
  bench.deliver();
  for (let index = 0; index < 5; index += 1) bench.ask();
  t.is(bench.card.heard.length, 1);
  bench.card.settings.refuseWith = 0;
  bench.pass(NOT_READY_RETRY_MS);
  bench.deliver();
  t.deepEqual(
    bench.card.heard.map(({ count }) => count),
    [1, 1, 5],
  );
});

test('"wait": a call that runs out of time says what it waited for', (t) => {
  const bench = new SessionBench({ card: { refuseWith: REFUSE_NO_LEASE } }).open();
  const refused = bench.ask(1, 100);
  bench.deliver();
  const behind = bench.ask(1, 100);
  for (let ms = 0; ms < 100; ms += 10) {
    bench.pass(10);
    bench.deliver();
  }
  for (const { error } of [refused, behind]) {
    t.is(error?.code, "TIMEOUT");
    t.like(error?.cause, { code: "NOT_READY", reason: "no-lease" });
  }
});

const FINAL = [
  [REFUSE_BLANK, "CARD_BLANK"],
  [REFUSE_EXHAUSTED, "EXHAUSTED"],
  [REFUSE_COUNT, "BAD_COUNT"],
  [REFUSE_STORAGE, "STORAGE_FAILED"],
  [77, "NOT_READY"],
] as const;

for (const [refusal, code] of FINAL) {
  test(`refusal ${refusal} rejects with ${code} even where calls wait`, (t) => {
    const bench = new SessionBench({ card: { refuseWith: refusal } }).open();
    const call = bench.ask();
    bench.deliver();
    t.is(call.error?.code, code);
    t.true(bench.session.isIdle);
  });
}

test("a blank card opens, and gives no number", (t) => {
  const bench = new SessionBench({ card: { flags: CARD_FLAG_BLANK } }).open();
  t.true(bench.session.card?.blank);
  const call = bench.ask();
  bench.deliver();
  t.is(call.error?.code, "CARD_BLANK");
});

test("refusals for no block in flight are counted, in both modes", (t) => {
  for (const whenNotReady of ["wait", "reject"] as const) {
    const bench = new SessionBench({ whenNotReady, card: { manual: true } }).open();
    const call = bench.ask();
    const { session, tag } = bench.card.heard[0] as { session: number; tag: number };
    bench.card.refuse(session, tag + 1, REFUSE_NO_VIEW);
    bench.card.refuse(session, tag + 1, REFUSE_EXHAUSTED);
    bench.deliver();
    t.is(bench.session.counters.answersUnmatched, 2);
    t.is(call.error, null);
  }
});
