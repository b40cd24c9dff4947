import test from "ava";
import { ECHO_NO_CABLE } from "../../../firmware/wire/echo-frames.js";
import type { EchoOutcome, EchoQuestion, EchoResult } from "../../../host-bridge/cable-calls.js";
import type { CableEnd } from "../../../scripts/rigcheck/cable-ends.js";
import { badFrames, echoFigures, judgeEchoes, knowsEchoes } from "../../../scripts/rigcheck/echo-check.js";
import { type EchoTally, makeTally, quantile, runEchoes } from "../../../scripts/rigcheck/echo-run.js";
import { VirtualPort } from "../../host-bridge/virtual-port.js";

/** A card whose echoes end as told. */
function source(outcome: (question: EchoQuestion, index: number) => EchoOutcome) {
  const asked: EchoQuestion[] = [];
  return {
    asked,
    async echo(question: EchoQuestion): Promise<EchoResult> {
      asked.push(question);
      return { outcome: outcome(question, asked.length), roundTripUs: asked.length };
    },
  };
}

const PLAN = { count: 2, waitMs: 50 };

function end(card: number, badFrames = 0): CableEnd {
  const counts = { framesIn: 0, framesOut: 0, badFrames, dropped: 0 };
  return { card, link: 0, neighbour: 3 - card, state: "alive", ...counts };
}

function figuresOf(tally: Partial<EchoTally>, badThere = 0, badHere = 0) {
  return echoFigures(end(1), end(2), { ...makeTally(), ...tally }, badThere, badHere);
}

test("a card of before there were echoes is told from one that has them by the order of its answers", async (t) => {
  for (const isNew of [true, false]) {
    const port = new VirtualPort({ echoCode: isNew ? ECHO_NO_CABLE : -1 });
    const sequence = await port.start();
    t.is(await knowsEchoes(sequence), isNew);
    t.is(port.card.echoes.length, isNew ? 1 : 3);
    await sequence.close();
  }
});

test("each pattern once more than is timed, at full length, then echoes without a payload", async (t) => {
  const card = source(() => "back");
  const tally = await runEchoes(card, 1, PLAN);
  t.is(card.asked.length, 5 * 3 + 2);
  t.like(tally, { sent: 17, back: 17, lost: 0, changed: 0, bytes: 15 * 237, failedBy: {} });
  t.is(tally.longUs.length, 10);
  t.deepEqual(tally.shortUs, [16, 17]);
  t.true(card.asked.every(({ link, waitMs }) => link === 1 && waitMs === 50));
});

test("what is lost or changed is counted by pattern", async (t) => {
  const card = source(({ pattern }, index) => {
    if (pattern === "ones") return "lost";
    return index === 1 ? "changed" : "back";
  });
  const tally = await runEchoes(card, 0, PLAN);
  t.like(tally, { sent: 17, back: 13, lost: 3, changed: 1 });
  t.deepEqual(tally.failedBy, { zeros: 1, ones: 3 });
});

test("a cable over which nothing comes back is given up; one that brings some back is not", async (t) => {
  const dead = await runEchoes(
    source(() => "lost"),
    0,
    PLAN,
  );
  t.like(dead, { sent: 8, lost: 8, brokenOff: "the first 8 were lost" });
  const bad = await runEchoes(
    source((_, index) => (index === 1 ? "back" : "lost")),
    0,
    PLAN,
  );
  t.like(bad, { sent: 17, lost: 16 });
  t.is(bad.brokenOff, undefined);
});

test("a full buffer is waited for; a card that is asked in vain is not asked again", async (t) => {
  const full = await runEchoes(
    source((_, index) => (index % 2 === 1 ? "no-room" : "back")),
    0,
    {
      count: 0,
      waitMs: 1,
    },
  );
  t.like(full, { sent: 5, back: 5 });
  const away = source(() => "no-member");
  t.like(await runEchoes(away, 0, PLAN), { sent: 0, brokenOff: "the card says no-member" });
  t.is(away.asked.length, 1);
});

test("quantiles", (t) => {
  t.is(quantile([], 0.5), undefined);
  t.is(quantile([3, 1, 2], 0.5), 2);
  t.is(quantile([3, 1, 2], 0.99), 3);
  t.is(quantile([7], 0), 7);
});

test("figures: the latency of a hop is half of the shortest round trip; bad frames wrap", (t) => {
  const figures = figuresOf({ sent: 3, back: 3, shortUs: [100, 300, 200], longUs: [1, 2] }, 4, 5);
  t.like(figures, { at: "1A", to: "2A", perHopUs: 100, p50Us: 2, p99Us: 2, badThere: 4, badHere: 5 });
  t.is(figuresOf({}).perHopUs, undefined);
  t.is(badFrames(end(1), [end(1, 0xffff_fffe)], [end(1, 3)]), 5);
  t.is(badFrames(end(2), [], []), 0);
});

test("one lost echo may be chance, two are the cable, and the bad end is named", (t) => {
  t.deepEqual(judgeEchoes([figuresOf({ sent: 9, back: 9 })]), []);
  const [chance] = judgeEchoes([figuresOf({ sent: 9, back: 8, lost: 1 })]);
  t.like(chance, { code: "ECHOES_LOST", severity: "warning" });
  const [bad] = judgeEchoes([figuresOf({ sent: 9, back: 7, lost: 2 }, 2)]);
  t.like(bad, { code: "ECHOES_LOST", severity: "error" });
  t.regex(
    bad?.text ?? "",
    /2 of 9 echoes from 1A to 2A did not come back; 2 frames arrived bad at 2A, 0 at 1A/,
  );
  const [all] = judgeEchoes([figuresOf({ sent: 1, lost: 1 })]);
  t.is(all?.severity, "error");
  t.deepEqual(judgeEchoes([figuresOf({ sent: 8, lost: 8 })], new Set([2])), []);
});

test("changed bytes are a board's fault; what was broken off is said", (t) => {
  const [changed] = judgeEchoes([figuresOf({ sent: 9, back: 8, changed: 1 })]);
  t.like(changed, { code: "ECHO_CHANGED", severity: "error" });
  const [broken] = judgeEchoes([figuresOf({ brokenOff: "TIMEOUT" })]);
  t.like(broken, { code: "ECHOES_LOST", severity: "warning" });
});
