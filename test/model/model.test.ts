import test from "ava";
import { ProcessScope } from "../../scripts/processes/process-scope.js";
import { Limit } from "./limit.js";
import { MODEL_CASES } from "./model-cases.js";
import { checkResult, ModelError, missingTools, parseReport, runModel } from "./spin.js";

const isFull = process.env["SEQCARD_MODEL"] === "full";
const LONGEST_RUN_MS = 20 * 60_000;
/** Until all those before it have had their turn. */
const LONGEST_WAIT_MS = 80 * 60_000;
const missing = missingTools();
const scope = new ProcessScope();
// Each of the large ones takes more than two gigabytes.
const limit = new Limit(isFull ? 1 : 2);

test.after.always(() => scope.close());

for (const one of MODEL_CASES.filter(({ form }) => form === "short" || (isFull && form === "full"))) {
  if (missing === undefined) {
    test(`the model ${one.expected}: ${one.name}`, async (t) => {
      t.timeout(LONGEST_WAIT_MS);
      const result = await limit.run(() => {
        t.timeout(LONGEST_RUN_MS);
        return runModel(scope, one);
      });
      t.log(`${result.states} states, depth ${result.depth}, ${result.seconds} s, ${result.megabytes} MB`);
      t.notThrows(() => checkResult(one, result));
    });
  } else {
    test.skip(`the model ${one.expected}: ${one.name} (${missing})`, () => {});
  }
}

const complete = [
  "State-vector 92 byte, depth reached 28, errors: 0",
  "    81268 states, stored",
  "  191.465\ttotal actual memory usage",
  "pan: elapsed time 0.35 seconds",
].join("\n");

test("a report of a search that saw every state", (t) => {
  t.deepEqual(parseReport(complete), {
    states: 81268,
    depth: 28,
    seconds: 0.35,
    megabytes: 191.465,
    violation: undefined,
  });
});

test("a report of a search that broke off is no result", (t) => {
  const brokenOff = [
    complete.replace("errors: 0", "errors: 1"),
    `Warning: Search not completed\n${complete}`,
    `error: max search depth too small\n${complete}`,
    `pan: reached -DMEMLIM bound\nWarning: Search not completed\n${complete}`,
    "pan: out of memory",
    "",
  ];
  for (const report of brokenOff) {
    const error = t.throws(() => parseReport(report), { instanceOf: ModelError });
    t.is(error?.code, "NOT_FINISHED", report);
  }
});

test("a result other than the expected one is told with its story", (t) => {
  const [holds, violates] = ["holds", "violates"].map((expected) =>
    MODEL_CASES.find((one) => one.expected === expected),
  );
  if (holds === undefined || violates === undefined) return t.fail("the table has both");
  const quiet = { states: 1, depth: 1, seconds: 0, megabytes: 1, violation: undefined, story: [] };
  const broken = { ...quiet, violation: "!(((delivered>>0)&1))", story: ["card 0 reboots"] };
  t.notThrows(() => checkResult(holds, quiet));
  t.notThrows(() => checkResult(violates, broken));
  t.throws(() => checkResult(holds, broken), { code: "UNEXPECTED", message: /card 0 reboots/ });
  t.throws(() => checkResult(violates, quiet), { code: "UNEXPECTED" });
  t.throws(() => checkResult(violates, { ...broken, violation: "((1!=1)||!(v>0))" }), { code: "UNEXPECTED" });
});
