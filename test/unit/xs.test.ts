import { fileURLToPath } from "node:url";
import test from "ava";
import { whyNoXs, XsWorker } from "../support/xs-worker.js";
import { CASE_MODULES } from "./case-modules.js";

/** Runs the very modules that `node.test.ts` runs, inside the XS engine: one worker, one test a case. */
const reason = whyNoXs();
const cases = CASE_MODULES.flatMap(({ name, cases }) => cases.map(({ title }) => `XS ${name}: ${title}`));

if (reason !== undefined) {
  for (const title of cases) test.skip(`${title} (${reason})`, () => {});
} else {
  const worker = new XsWorker();
  await worker.loadModule(fileURLToPath(new URL("xs-entry.js", import.meta.url)));
  cases.forEach((title, index) => {
    test(title, async (t) => {
      t.deepEqual(JSON.parse(await worker.call(String(index))), []);
    });
  });
  test.after.always(() => worker.close());
}
