import test from "ava";
import { harmlessChanges, mutations } from "./mutations.js";
import { replaceMethod } from "./replace-method.js";
import { inTurn, runChild } from "./run-child.js";

const CHILDREN = 2;
const HARMLESS_SEEDS = 150;

interface Outcome {
  readonly name: string;
  readonly caught: boolean;
  readonly seeds: number;
  readonly violation: string;
}

async function outcomeOf(name: string, ...args: string[]): Promise<Outcome> {
  const { output } = await runChild("mutate.js", [name, ...args]);
  return JSON.parse(output) as Outcome;
}

test.serial(
  "the simulator notices the loss of every safety rule, within the seeds stated for it",
  async (t) => {
    t.timeout(600_000);
    t.true(mutations.length >= 15);
    const outcomes = await inTurn(mutations, CHILDREN, ({ name }) => outcomeOf(name));
    for (const { name, seeds, violation } of outcomes) t.log(`${name}: seed ${seeds}: ${violation}`);
    t.deepEqual(
      outcomes.filter(({ caught }) => !caught).map(({ name }) => name),
      [],
    );
  },
);

test.serial("it finds nothing in changes that break no rule", async (t) => {
  t.timeout(300_000);
  for (const { name } of harmlessChanges)
    t.false((await outcomeOf(name, String(HARMLESS_SEEDS))).caught, name);
});

test("a mutation of a method that is not there fails", (t) => {
  class Something {}
  t.throws(() => replaceMethod(Something, "gone", (original) => original), { message: /no method gone/ });
});
