import test from "ava";
import { DEFAULT_WINDOW } from "../../firmware/wire/constants.js";
import { type Loss, measureColdStart, measureLoss, measureOverhead } from "./measurements.js";
import type { Topology } from "./topology.js";

const SEEDS = 60;
const MOST_UNTIL_NEXT_US = 120_000;
/** Numbers that can be in flight when a holder is lost: a few per host, asked for anew every 20 ms until the next view. */
const MOST_IN_FLIGHT = 500;
const MOST_COLD_START_US = 500_000;

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
    test(`${cards} cards in a ${topology}: the next number comes in time after the loss of a ${loss}`, (t) => {
      const recoveries = seeds((seed) => measureLoss(seed, loss, cards, topology));
      const firsts = recoveries.map(({ firstUs }) => firstUs);
      t.true(Math.max(...firsts) <= MOST_UNTIL_NEXT_US);
      const everywhere = recoveries.map(({ everyHostUs }) => everyHostUs);
      t.true(Math.max(...recoveries.map(({ gaps }) => gaps)) <= MOST_IN_FLIGHT);
      t.log(`first number: ${distribution(firsts)}; at every host: ${distribution(everywhere)}`);
    });
  }
}

test("a triangle has a number at every host in time after any loss", (t) => {
  for (const loss of losses) {
    const everywhere = seeds((seed) => measureLoss(seed, loss)).map(({ everyHostUs }) => everyHostUs);
    t.true(Math.max(...everywhere) <= MOST_UNTIL_NEXT_US, loss);
  }
});

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

test("an idle triangle takes less than 5 % of each cable in each direction, also with any one card dead", (t) => {
  for (const dead of [0, 1, 2, 3]) {
    const share = measureOverhead(dead);
    t.log(`${dead === 0 ? "all alive" : `card ${dead} dead`}: ${(100 * share).toFixed(2)} %`);
    t.true(share > 0.02 && share < 0.05);
  }
});
