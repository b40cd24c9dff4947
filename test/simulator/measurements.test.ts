import test from "ava";
import { DEFAULT_WINDOW } from "../../firmware/wire/constants.js";
import { FRAME_HELLO } from "../../firmware/wire/frame-types.js";
import {
  busyComputer,
  KEEPING_FRAMES,
  type Loss,
  measureColdStart,
  measureDetours,
  measureLoss,
  measureOverhead,
  measureReboots,
  measureThroughput,
  measureWear,
} from "./measurements.js";
import type { Topology } from "./topology.js";

const SEEDS = 60;
const MOST_UNTIL_NEXT_US = 120_000;
/** Numbers that can be in flight when a holder is lost: a few per host, asked for anew every 20 ms until the next view. */
const MOST_IN_FLIGHT = 500;
const MOST_COLD_START_US = 500_000;
/** A call at each host this often on the average: what the cables of a ring of eight carry with a cable missing. */
const CALL_EVERY_US = 10_000;
const MOST_DETOUR_US = 100_000;
const DETOUR_SEEDS = 15;

function seeds<Result>(measure: (seed: number) => Result): Result[] {
  return Array.from({ length: SEEDS }, (_, at) => measure(at + 1));
}

function distribution(values: readonly number[]): string {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number): string =>
    ((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number) / 1_000).toFixed(1);
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)} ms`;
}

const losses: readonly Loss[] = ["primary", "secondary", "plain card", "cable"];
const fabrics: readonly (readonly [number, Topology])[] = [
  [3, "mesh"],
  [4, "mesh"],
  [5, "ring"],
];

for (const [cards, topology] of fabrics) {
  for (const loss of losses) {
    test(`${cards} cards in a ${topology}: every host has a number in time after the loss of a ${loss}`, (t) => {
      const recoveries = seeds((seed) => measureLoss(seed, loss, cards, topology));
      const firsts = recoveries.map(({ firstUs }) => firstUs);
      t.true(Math.max(...firsts) <= MOST_UNTIL_NEXT_US);
      const everywhere = recoveries.map(({ everyHostUs }) => everyHostUs);
      t.true(Math.max(...everywhere) <= MOST_UNTIL_NEXT_US);
      t.true(Math.max(...recoveries.map(({ gaps }) => gaps)) <= MOST_IN_FLIGHT);
      t.log(`first number: ${distribution(firsts)}; at every host: ${distribution(everywhere)}`);
    });
  }
}

for (const [cards, topology] of [
  [3, "ring"],
  [4, "ring"],
  [5, "ring"],
  [6, "ring"],
  [7, "ring"],
  [8, "ring"],
  [4, "mesh"],
  [6, "mesh"],
] as const) {
  test(`${cards} cards in a ${topology}: any cut cable is gone round in time, and the view stays`, (t) => {
    const detours = Array.from({ length: DETOUR_SEEDS }, (_, at) =>
      measureDetours(at + 1, cards, topology, CALL_EVERY_US),
    ).flat();
    t.deepEqual(
      detours.filter(({ viewChanged }) => viewChanged),
      [],
    );
    t.deepEqual(
      detours.filter(({ longestWaitUs }) => longestWaitUs > MOST_DETOUR_US),
      [],
    );
    const waits = detours.map(({ longestWaitUs }) => longestWaitUs);
    t.log(`${detours.length} cuts, the slowest call at any host: ${distribution(waits)}`);
  });
}

test("a fabric whose power was cut is ready again in time", (t) => {
  for (const [cards, topology] of [
    [2, "line"],
    [3, "mesh"],
    [5, "mesh"],
    [8, "line"],
  ] as const) {
    const starts = seeds((seed) => measureColdStart(seed, cards, topology));
    const times = starts.map(({ everyHostUs }) => everyHostUs);
    t.true(Math.max(...times) <= MOST_COLD_START_US);
    t.true(Math.max(...starts.map(({ gaps }) => gaps)) <= DEFAULT_WINDOW + MOST_IN_FLIGHT);
    t.log(`${cards} cards in a ${topology}: ${distribution(times)}`);
  }
});

test("hellos take little of a cable", (t) => {
  const triangle = measureOverhead([FRAME_HELLO]);
  const ring = measureOverhead([FRAME_HELLO], 8, "ring");
  t.log(`${(100 * triangle).toFixed(2)} % in a triangle, ${(100 * ring).toFixed(2)} % in a ring of eight`);
  t.true(triangle <= 0.0125);
  t.true(ring <= 0.021);
});

test("an idle triangle takes less than 5 % of each cable in each direction, also with any one card dead", (t) => {
  for (const dead of [0, 1, 2, 3]) {
    const share = measureOverhead(KEEPING_FRAMES, 3, "mesh", dead);
    t.log(`${dead === 0 ? "all alive" : `card ${dead} dead`}: ${(100 * share).toFixed(2)} %`);
    t.true(share > 0.02 && share < 0.05);
  }
});

for (const [cards, topology] of [
  [3, "mesh"],
  [4, "mesh"],
] as const) {
  test(`${cards} cards as slow as boards in a ${topology}: the more is asked, the more they give, and the view stays`, (t) => {
    const loads = [1, 2, 4, 8].map((blocks) => measureThroughput(1, blocks, cards, topology));
    t.log(loads.map(({ blocksPerSecond }) => `${blocksPerSecond} blocks/s`).join(", "));
    const [one, two, four, eight] = loads.map(({ blocksPerSecond }) => blocksPerSecond);
    t.true((one as number) > 100);
    t.true((two as number) >= (one as number));
    t.true((four as number) >= (two as number));
    t.true((eight as number) >= (four as number));
    t.deepEqual(
      loads.filter(({ viewChanged, gaps }) => viewChanged || gaps > 0),
      [],
    );
  });
}

test("a card that boots again and again gives its host numbers between, and none of them twice", (t) => {
  const { served, violation } = measureReboots(1);
  t.log(`${served} numbers`);
  t.is(violation, "");
  t.true(served >= 20);
});

test("cards on a computer that is busy now and then do not pause for every slow answer", (t) => {
  const rates = Array.from({ length: 6 }, (_, at) => {
    const { blocksPerSecond, gaps } = measureThroughput(at + 1, 1, 3, "mesh", busyComputer(at + 1, 5));
    t.is(gaps, 0);
    return blocksPerSecond;
  });
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  t.log(`${mean.toFixed(0)} blocks/s, one under way at each of three hosts`);
  t.true(mean > 430, "it is 402 where the average of answers makes pauses, and 507 without any");
});

test("cards that erase again and again do so without a role, and nobody misses them", (t) => {
  for (const cards of [3, 4]) {
    const wear = measureWear(1, cards, 200);
    t.log(`${cards} cards: ${JSON.stringify(wear)}`);
    t.true(wear.erases > 5);
    t.is(wear.erasesInRole, 0);
    t.is(wear.changesUncalledFor, 0);
    t.is(wear.gaps, 0);
    t.true(wear.longestSilenceUs < 30_000);
  }
});

test("where no card can take a role over, an erase costs its own time and no number", (t) => {
  const wear = measureWear(1, 1, 300);
  t.log(JSON.stringify(wear));
  t.true(wear.erasesInRole > 0);
  t.is(wear.gaps, 0);
  t.true(wear.longestSilenceUs < 700_000);
});
