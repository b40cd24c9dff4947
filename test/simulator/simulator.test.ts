import { readFileSync } from "node:fs";
import test from "ava";
import { inTurn, runChild } from "./run-child.js";
import { type SimulationResult, simulate } from "./simulation.js";

const SEEDS = 2_000;
const DUPLICATED_SEEDS = 500;
const TESTED_SEEDS = 500;
const SEEDS_A_CHILD = 250;
const CHILDREN = 2;

interface KeptSeed {
  readonly seed: number;
  readonly cableTests?: boolean;
  readonly cards?: number;
  readonly fabrics?: number;
  readonly found: string;
}

const keptSeeds = JSON.parse(
  readFileSync(new URL("../../../test/simulator/kept-seeds.json", import.meta.url), "utf8"),
) as readonly KeptSeed[];

test(`${DUPLICATED_SEEDS} seeds of two fabrics joined by trunks keep every promise, and their roles come apart`, async (t) => {
  t.timeout(600_000);
  const firsts = Array.from(
    { length: DUPLICATED_SEEDS / SEEDS_A_CHILD },
    (_, part) => 1 + part * SEEDS_A_CHILD,
  );
  const outputs = await inTurn(firsts, CHILDREN, (first) =>
    runChild("main.js", [
      "--json",
      "--fabrics",
      "2",
      "--seed",
      String(first),
      "--seeds",
      String(SEEDS_A_CHILD),
    ]),
  );
  const results = outputs.flatMap(({ output }) =>
    output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as SimulationResult),
  );
  t.is(results.length, DUPLICATED_SEEDS);
  t.deepEqual(
    results
      .filter(({ violation }) => violation !== "")
      .map(({ seed, violation }) => `npm run simulate -- --seed ${seed} --fabrics 2 --trace: ${violation}`),
    [],
  );
  const sum = (of: (result: SimulationResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  t.true(sum(({ deliveries }) => deliveries) > 200 * DUPLICATED_SEEDS);
  t.true(sum(({ rounds }) => rounds) > 4 * DUPLICATED_SEEDS);
  for (const cards of [4, 6, 8]) t.true(results.some((result) => result.cards === cards));
  // Each of these had its roles on different sides in the end, or there is a violation above; in many they had to move.
  const asked = results.filter(({ apartUs }) => apartUs >= 0);
  const moved = asked.filter(({ apartUs }) => apartUs > 0);
  t.true(asked.length > 0.8 * DUPLICATED_SEEDS, `${asked.length}`);
  t.true(moved.length > 0.2 * DUPLICATED_SEEDS, `${moved.length}`);
  t.log(
    `roles on different sides at the end in ${asked.length} runs, in ${moved.length} of which they were on one side before`,
  );
});

test(`${SEEDS} seeds keep every promise`, async (t) => {
  t.timeout(600_000);
  const firsts = Array.from({ length: SEEDS / SEEDS_A_CHILD }, (_, part) => 1 + part * SEEDS_A_CHILD);
  const outputs = await inTurn(firsts, CHILDREN, (first) =>
    runChild("main.js", ["--json", "--seed", String(first), "--seeds", String(SEEDS_A_CHILD)]),
  );
  const results = outputs.flatMap(({ output }) =>
    output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as SimulationResult),
  );
  t.is(results.length, SEEDS);
  const violations = results.filter(({ violation }) => violation !== "");
  t.deepEqual(
    violations.map(({ seed, violation }) => `npm run simulate -- --seed ${seed} --trace: ${violation}`),
    [],
  );
  // That nothing was found means something only where much has happened.
  const sum = (of: (result: SimulationResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  t.true(sum(({ deliveries }) => deliveries) > 100 * SEEDS);
  t.true(sum(({ rounds }) => rounds) > 4 * SEEDS);
  t.true(sum(({ erases }) => erases) > SEEDS / 2);
  for (const cards of [2, 3, 4, 5, 6, 7, 8]) t.true(results.some((result) => result.cards === cards));
  const ofFourOrFive = results.filter(({ cards }) => cards === 4 || cards === 5);
  t.true(ofFourOrFive.length > SEEDS / 2);
  t.log(
    `${sum(({ deliveries }) => deliveries)} deliveries, ${sum(({ rounds }) => rounds)} view changes, ` +
      `${Math.round(sum(({ virtualUs }) => virtualUs) / 1e6)} s of virtual time`,
  );
});

test(`${TESTED_SEEDS} seeds keep every promise while cables are tested at other rates, and each has its own rate again`, async (t) => {
  t.timeout(600_000);
  const firsts = Array.from({ length: TESTED_SEEDS / SEEDS_A_CHILD }, (_, part) => 1 + part * SEEDS_A_CHILD);
  const outputs = await inTurn(firsts, CHILDREN, (first) =>
    runChild("main.js", [
      ...["--json", "--cable-tests", "--seed", String(first), "--seeds", String(SEEDS_A_CHILD)],
    ]),
  );
  const results = outputs.flatMap(({ output }) =>
    output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as SimulationResult),
  );
  t.is(results.length, TESTED_SEEDS);
  t.deepEqual(
    results
      .filter(({ violation }) => violation !== "")
      .map(({ seed, violation }) => `npm run simulate -- --seed ${seed} --cable-tests --trace: ${violation}`),
    [],
  );
  const sum = (of: (result: SimulationResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  t.true(sum(({ deliveries }) => deliveries) > 100 * TESTED_SEEDS);
  // Both ends of a cable, there and back.
  t.true(sum(({ rateChanges }) => rateChanges) > 3 * TESTED_SEEDS);
});

for (const { seed, cards, fabrics, cableTests, found } of keptSeeds) {
  test(`kept seed ${seed}: ${found}`, (t) => {
    t.is(simulate(seed, { cards, fabrics, testsCables: cableTests }).violation, "");
  });
}

test("one seed is one run, in this process and in any other", async (t) => {
  for (const seed of [3, 17, 4_294_967_295]) {
    const result = simulate(seed);
    t.deepEqual(simulate(seed), result);
    const { output } = await runChild("main.js", ["--json", "--seed", String(seed)]);
    t.deepEqual(JSON.parse(output), result);
  }
});

test("different seeds are different runs", (t) => {
  const hashes = new Set([1, 2, 3, 4, 5, 6].map((seed) => simulate(seed).hash));
  t.is(hashes.size, 6);
});

test("a trace shows what happens and changes nothing", (t) => {
  const lines: string[] = [];
  const traced = simulate(5, { trace: (line) => lines.push(line) });
  t.deepEqual(traced, simulate(5));
  t.true(lines.some((line) => line.includes("BEACON")));
  t.true(lines.some((line) => line.includes("gets")));
});
