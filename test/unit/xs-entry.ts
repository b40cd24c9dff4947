import { RecordedAssertions } from "../support/recorded-assertions.js";
import { CASE_MODULES } from "./case-modules.js";

/** Loaded into XS by `xs.test.ts`. A command is a case's number; the answer is its failures as a JSON array. */
const cases = CASE_MODULES.flatMap((module) => module.cases);

function runCase(index: number): string[] {
  const t = new RecordedAssertions();
  const unitCase = cases[index];
  if (unitCase === undefined) return [`there is no case ${index}`];
  try {
    unitCase.run(t);
  } catch (error) {
    t.fail(`threw ${error}`);
  }
  t.finish();
  return t.failures;
}

(globalThis as { handleCommand?: (command: ArrayBuffer) => ArrayBuffer }).handleCommand = (command) => {
  const failures = runCase(Number(new TextDecoder().decode(command)));
  return new TextEncoder().encode(JSON.stringify(failures)).buffer;
};
