/**
 * `npm run model`: every run of the model, and the table of what came of it. With names behind `--`, such as
 * `npm run model -- NO_LEASE`, only those, each with what the cards did in it.
 */
import Table from "cli-table3";
import { runInScope } from "../../scripts/processes/run-in-scope.js";
import type { ModelCase } from "./model-case.js";
import { MODEL_CASES } from "./model-cases.js";
import { checkResult, type ModelResult, missingTools, runModel } from "./spin.js";

const HEADINGS = ["run", "reach", "states", "depth", "seconds", "MB", "result"];
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

await runInScope(async (scope) => {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !MODEL_CASES.some((one) => one.name === name));
  const missing = missingTools();
  if (missing !== undefined) throw new Error(missing);
  if (unknown.length > 0) {
    const known = MODEL_CASES.map(({ name }) => name).join("\n  ");
    console.error(`There is no run called ${unknown.join(", ")}. There are\n  ${known}`);
    return EXIT_USAGE;
  }

  const cases = MODEL_CASES.filter(({ name }) => names.length === 0 || names.includes(name));
  const table = new Table({ head: HEADINGS, style: { head: [], border: [] } });
  let failed = 0;
  for (const [index, one] of cases.entries()) {
    process.stderr.write(`${index + 1} of ${cases.length}: ${one.name}\n`);
    const result = await runModel(scope, one);
    if (names.length > 0) process.stdout.write(result.story.map((line) => `  ${line}\n`).join(""));
    const verdict = verdictOf(one, result);
    if (verdict !== one.expected) failed += 1;
    table.push(rowOf(one, result, verdict));
  }
  process.stdout.write(`${table.toString()}\n`);
  process.stdout.write(`${cases.length - failed} as expected, ${failed} not\n`);
  return failed === 0 ? 0 : EXIT_FAILED;
});

function verdictOf(one: ModelCase, result: ModelResult): string {
  try {
    checkResult(one, result);
    return one.expected;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return `NOT as expected (${one.expected})`;
  }
}

function rowOf(one: ModelCase, result: ModelResult, verdict: string): string[] {
  return [
    one.variant === undefined ? "all rules" : one.name,
    one.reach,
    String(result.states),
    String(result.depth),
    result.seconds.toFixed(1),
    result.megabytes.toFixed(0),
    verdict,
  ];
}
