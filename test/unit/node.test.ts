import { readdirSync } from "node:fs";
import test from "ava";
import { CASE_MODULES } from "./case-modules.js";

const SUFFIX = ".cases.js";

for (const { name, cases } of CASE_MODULES) {
  for (const { title, run } of cases) test(`${name}: ${title}`, (t) => run(t));
}

test("every file of cases is in the list, under its own name, and none is empty", (t) => {
  const files = readdirSync(new URL(".", import.meta.url), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith(SUFFIX))
    .map((path) => path.slice(0, -SUFFIX.length));
  t.deepEqual(CASE_MODULES.map(({ name }) => name).sort(), files.sort());
  t.deepEqual(
    CASE_MODULES.filter(({ cases }) => cases.length === 0).map(({ name }) => name),
    [],
  );
});
