import { LinkTest } from "../../firmware/card/link-test.js";
import type { Mutation } from "./mutation.js";
import { replaceMethod } from "./replace-method.js";
import { simulate } from "./simulation.js";

const SEEDS = 40;

interface LinkTestInside {
  readonly phase: number;
  readonly isOwn: boolean;
}

/** The phase in which the cable has the rate under test. */
const TESTING = 3;

/** @returns what goes wrong where cables are tested, or "". */
function findFault(): string {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violation } = simulate(seed, { testsCables: true });
    if (violation !== "") return violation;
  }
  return "";
}

export const cableMutations: readonly Mutation[] = [
  {
    name: "the end that was asked keeps the rate until it is told",
    rule: "Each end of a cable under test goes back by its own clock",
    costsLife: true,
    seeds: 0,
    measure: findFault,
    apply: () =>
      replaceMethod<LinkTestInside>(LinkTest, "tick", (original) => (self) => {
        if (self.phase !== TESTING || self.isOwn) original(self);
      }),
  },
];
