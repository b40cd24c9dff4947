import test from "ava";
import type {
  EchoOutcome,
  EchoQuestion,
  LinkTestOutcome,
  LinkTestQuestion,
} from "../../../host-bridge/cable-calls.js";
import { judgeBauds } from "../../../scripts/rigcheck/baud-check.js";
import { baudsOf, parseBauds } from "../../../scripts/rigcheck/baud-rates.js";
import { type BaudFigures, payloadFor, runBaud, waysBetween } from "../../../scripts/rigcheck/baud-run.js";
import type { CableEnd } from "../../../scripts/rigcheck/cable-ends.js";

/** A card whose tests and echoes end as told. */
function source(begins: LinkTestOutcome, echo: EchoOutcome, busyTimes = 0) {
  const asked: LinkTestQuestion[] = [];
  const echoes: EchoQuestion[] = [];
  let busyLeft = busyTimes;
  return {
    asked,
    echoes,
    async testLink(question: LinkTestQuestion) {
      asked.push(question);
      let outcome = begins;
      if (question.durationMs === 0) outcome = busyLeft-- > 0 ? "busy" : "unchanged";
      return { outcome, card: 2, configuredBaud: 2_000_000, maxBaud: 3_000_000 };
    },
    async echo(question: EchoQuestion) {
      echoes.push(question);
      await new Promise((resolve) => setImmediate(resolve));
      return { outcome: echo, roundTripUs: 1 };
    },
  };
}

function end(card: number, framesOut: number, framesIn: number, badFrames = 0): CableEnd {
  return { card, link: 0, neighbour: 3 - card, state: "dead", framesIn, framesOut, badFrames, dropped: 0 };
}

const nothing = async (): Promise<CableEnd[]> => [];
const PLAN = { durationMs: 400, waitMs: 10 };

test("the usual rates end with the boards' limit; given ones are kept", (t) => {
  t.deepEqual(baudsOf("all", 230_400), [9_600, 19_200, 38_400, 57_600, 115_200, 230_400]);
  t.is(baudsOf("all", 7_812_500).at(-1), 7_812_500);
  t.deepEqual(baudsOf([5, 6], 3), [5, 6]);
});

test("rates are read, rising and once each, or refused with what to give", (t) => {
  t.is(parseBauds("all"), "all");
  t.deepEqual(parseBauds("3000000, 9600,3000000"), [9_600, 3_000_000]);
  for (const bad of ["", "fast", "9599", "1e6", "-9600", "9600,", "99999999999"]) {
    t.throws(() => parseBauds(bad), { code: "BAD_OPTION", message: /--baud: give "all"/ });
  }
});

test("at low rates the payload is as short as a round trip in time needs", (t) => {
  t.deepEqual([payloadFor(9_600), payloadFor(19_200), payloadFor(115_200)], [28, 76, 237]);
  t.is(payloadFor(1_200), 0);
});

test("a test lasts as long as it is to, and its end is waited for", async (t) => {
  const card = source("begun", "back", 2);
  const figures = await runBaud(card, 1, 1_000_000, PLAN, nothing);
  t.is(figures.outcome, "clean");
  t.true(figures.echoes > 0 && figures.back === figures.echoes);
  t.true(card.echoes.every(({ link, payloadBytes }) => link === 1 && payloadBytes === 237));
  const durations = card.asked.map(({ durationMs }) => durationMs);
  t.deepEqual(durations.slice(0, 4), [400, 0, 0, 0]);
});

test("what a card refuses is told as its word, and nothing is sent", async (t) => {
  const card = source("bad-baud", "back");
  t.like(await runBaud(card, 0, 9_000_000, PLAN, nothing), { outcome: "bad-baud", card: 2, echoes: 0 });
  t.deepEqual([card.asked.length, card.echoes.length], [1, 0]);
});

test("echoes that change or do not come back are errors; without any the computer was too slow, and tries again", async (t) => {
  t.like(await runBaud(source("begun", "changed"), 0, 1_000_000, PLAN, nothing), {
    outcome: "errors",
    back: 0,
  });
  const card = source("begun", "cut");
  t.like(await runBaud(card, 0, 1_000_000, PLAN, nothing), { outcome: "too-slow", echoes: 0 });
  t.is(card.asked.filter(({ durationMs }) => durationMs > 0).length, 5);
});

test("the counts of both ends tell which way is bad", async (t) => {
  const before = [end(1, 0xffff_ffff, 5), end(2, 7, 100)];
  const after = [end(1, 99, 55), end(2, 107, 200, 0)];
  t.deepEqual(waysBetween(before, after), [
    { from: "1A", to: "2A", sent: 100, received: 100, bad: 0, errorsPpm: 0 },
    { from: "2A", to: "1A", sent: 100, received: 50, bad: 0, errorsPpm: 500_000 },
  ]);
  const garbled = waysBetween(before, [end(1, 99, 105), end(2, 107, 200, 3)]);
  t.deepEqual(
    garbled.map(({ bad, errorsPpm }) => [bad, errorsPpm]),
    [
      [3, 30_000],
      [0, 0],
    ],
  );
  t.deepEqual(waysBetween(before, [undefined, undefined]), []);
});

test("errors count against a cable up to the rate that it has; what was not tested is told", (t) => {
  const at = (baud: number, outcome: BaudFigures["outcome"]): BaudFigures => {
    return { baud, outcome, card: 0, echoes: 9, back: 1, changed: 0, ways: [] };
  };
  const rates = [
    at(9_600, "clean"),
    at(2_000_000, "errors"),
    at(3_000_000, "errors"),
    at(4_000_000, "bad-baud"),
  ];
  const findings = judgeBauds("1A-2A", 2_000_000, 3_000_000, [...rates, at(1_000_000, "rests")]);
  t.deepEqual(
    findings.map(({ code, severity }) => `${severity} ${code}`),
    ["error BAUD_ERRORS", "warning BAUD_REFUSED", "warning BAUD_UNTESTED"],
  );
  t.regex(findings[1]?.text ?? "", /9600 to 3000000/);
});
