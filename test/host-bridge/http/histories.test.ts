import test from "ava";
import { Histogram } from "prom-client";
import type { Cable, FabricSurvey } from "../../../host-bridge/fabric-survey.js";
import { CableTraffic } from "../../../host-bridge/http/cable-traffic.js";
import { MinuteWindow } from "../../../host-bridge/http/minute-window.js";
import { SurveyHistory } from "../../../host-bridge/http/survey-history.js";
import { MAX_TIME_LINE_ENTRIES, TimeLine } from "../../../host-bridge/http/time-line.js";
import { ViewHistory } from "../../../host-bridge/http/view-history.js";
import type { View } from "../../../host-bridge/view.js";

function view(number: number, primary: number, secondary: number, state: View["state"] = "ready"): View {
  return { number, primary, secondary, base: 1n, state };
}

function cable(framesIn: Cable["framesIn"], state: Cable["state"] = "alive"): Cable {
  return { cards: [1, 2], links: [0, 1], state, isTrunk: false, framesIn, badFrames: [0, 0] };
}

function survey(silent: readonly number[], cables: readonly Cable[]): FabricSurvey {
  const cards = [1, 2].map((card) => ({ card, answered: !silent.includes(card) }));
  return { cards, cables } as unknown as FabricSurvey;
}

test("a failover is a view with the reason, an outage and its end", (t) => {
  const timeLine = new TimeLine();
  const history = new ViewHistory(timeLine);
  history.note(1_000, { view: view(257, 1, 2), notReady: null, card: 3 });
  history.note(2_000, { view: view(257, 1, 2, "no-lease"), notReady: "no-lease", card: 3 });
  history.note(2_150, { view: view(514, 2, 3), notReady: null, card: 3 });
  t.deepEqual(
    timeLine.entries.map(({ timeMs, kind, text }) => [timeMs, kind, text]),
    [
      [1_000, "view", "View 257: primary 1, secondary 2"],
      [2_000, "outage", "No numbers: no-lease"],
      [2_150, "view", "View 514: primary 2, secondary 3 (the primary was silent)"],
      [2_150, "ready", "Numbers again, 150 ms after the card said there were none"],
    ],
  );
});

test("requests that move, a view that is older, a primary that serves alone", (t) => {
  const timeLine = new TimeLine();
  const history = new ViewHistory(timeLine);
  history.note(1, { view: null, notReady: "no-card", card: 0 });
  history.note(2, { view: view(257, 1, 2), notReady: null, card: 1 });
  history.note(3, { view: view(256, 1, 2), notReady: null, card: 2 });
  history.note(4, { view: view(513, 1, 1), notReady: null, card: 2 });
  history.note(5, { view: view(513, 1, 1), notReady: "no-card", card: 2 });
  t.deepEqual(
    timeLine.entries.map(({ text }) => text),
    [
      "View 257: primary 1, secondary 2",
      "Requests go to card 2, not to card 1 any more",
      "View 513: primary 1, alone (the secondary was silent)",
      "No numbers: no-card",
    ],
  );
});

test("the time line keeps its newest entries, with rising ids", (t) => {
  const timeLine = new TimeLine();
  for (let index = 1; index <= MAX_TIME_LINE_ENTRIES + 5; index += 1) timeLine.add(index, "view", "");
  t.is(timeLine.entries.length, MAX_TIME_LINE_ENTRIES);
  t.is(timeLine.entries[0]?.id, 6);
  t.is(timeLine.entries.at(-1)?.id, MAX_TIME_LINE_ENTRIES + 5);
});

test("cables that are cut and mended, cards that fall silent: each told once, and a silent card's cables not at all", (t) => {
  const timeLine = new TimeLine();
  const history = new SurveyHistory(timeLine);
  history.note(1, survey([], [cable([1, 1])]));
  history.note(2, survey([], [cable([1, 1], "dead")]));
  history.note(3, survey([], [cable([1, 1], "one-way")]));
  history.note(4, survey([], [cable([1, 1])]));
  history.note(5, survey([2], [cable([1, null], "dead")]));
  history.note(6, survey([], [cable([1, 1])]));
  t.deepEqual(
    timeLine.entries.map(({ timeMs, kind, text }) => [timeMs, kind, text]),
    [
      [2, "cable-lost", "Cable between 1 and 2 is dead"],
      [4, "cable-back", "Cable between 1 and 2 carries again"],
      [5, "card-lost", "Card 2 is silent"],
      [6, "card-back", "Card 2 answers again"],
    ],
  );
});

test("frames a second: from two surveys, over the wrap of a counter, and not over a restart", (t) => {
  const traffic = new CableTraffic();
  traffic.update(0, [cable([100, 2 ** 32 - 10])]);
  t.deepEqual(traffic.of(cable([0, 0])), [null, null]);
  traffic.update(2_000, [cable([300, 10])]);
  t.deepEqual(traffic.of(cable([0, 0])), [100, 10]);
  traffic.update(3_000, [cable([5, null])]);
  t.deepEqual(traffic.of(cable([0, 0])), [null, null]);
});

test("the latency of the last minute forgets what is older", async (t) => {
  const histogram = new Histogram({ name: "x", help: "x", buckets: [0.001, 0.1], registers: [] });
  const minute = new MinuteWindow(histogram);
  histogram.observe(0.0005);
  t.deepEqual(await minute.read(0), {
    orders: 0,
    buckets: [
      { atMostMs: 1, orders: 0 },
      { atMostMs: 100, orders: 0 },
      { atMostMs: null, orders: 0 },
    ],
  });
  histogram.observe(0.05);
  histogram.observe(7);
  t.deepEqual(
    (await minute.read(30_000)).buckets.map(({ orders }) => orders),
    [0, 1, 1],
  );
  t.is((await minute.read(60_000)).orders, 2);
  t.is((await minute.read(90_001)).orders, 0);
});
