import type { Mutation } from "./mutation.js";
import { harmlessChanges, mutations } from "./mutations.js";
import { simulate } from "./simulation.js";

/**
 * Breaks one rule in this process and runs seeds until a promise is broken.
 * Arguments: the mutation's name, and how many seeds (default: as many as it states). Prints one JSON object.
 */
const [name, seedsText] = process.argv.slice(2);
const mutation = [...mutations, ...harmlessChanges].find((candidate) => candidate.name === name);
if (mutation === undefined) {
  process.stderr.write(`There is no mutation "${name}". There are:\n`);
  for (const { name: known, rule } of mutations) process.stderr.write(`  ${known}: ${rule}\n`);
  process.exit(2);
}
mutation.apply();
const broken = brokenBy(mutation);
const seeds = seedsText === undefined ? mutation.seeds : Number(seedsText);
let found = mutation.measure?.() ?? "";
let run = 0;
while (run < seeds && found === "") {
  const { violation } = simulate(1 + run, { fabrics: mutation.fabrics });
  // A broken rule of safety often costs life as well; what counts is that it breaks what is never to be broken.
  if (broken.test(violation)) found = violation;
  run += 1;
}
process.stdout.write(`${JSON.stringify({ name, caught: found !== "", seeds: run, violation: found })}\n`);

function brokenBy({ costsLife, costsBound, fabrics }: Mutation): RegExp {
  if (fabrics !== undefined) return /^roles:/;
  if (costsLife) return /^P4:/;
  return costsBound ? /^P3:/ : /^P[12]:/;
}
