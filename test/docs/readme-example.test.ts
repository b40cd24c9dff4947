import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import test from "ava";
import ts from "typescript";
import { ProcessScope } from "../../scripts/processes/process-scope.js";
import { startRigProcess } from "../../scripts/processes/rig-process.js";
import { fencedBlocks, readPage } from "./markdown.js";

const PORT = "/dev/ttyACM0";
const [example = ""] = fencedBlocks(readPage("README.md"), "ts");
/** Inside the package, so that `import "seqcard"` means this one. */
const file = fileURLToPath(new URL(`readme-example-${process.pid}.`, import.meta.url));

test.after.always(() => {
  for (const ending of ["ts", "js"]) rmSync(`${file}${ending}`, { force: true });
});

test("the README's example is short and type-checks", (t) => {
  t.true(example.includes('from "seqcard"'));
  t.true(example.split("\n").filter((line) => line !== "").length <= 10);
  writeFileSync(`${file}ts`, example);
  const program = ts.createProgram([`${file}ts`], {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts"],
    module: ts.ModuleKind.NodeNext,
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
  });
  const messages = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
  t.deepEqual(messages, []);
});

test("the README's example takes the numbers that it says, from a card of the rig", async (t) => {
  t.timeout(120_000);
  t.true(example.includes(PORT));
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  const rig = await startRigProcess(scope, { engine: "node", cards: 3, name: `readme-${process.pid}` });
  const [card] = rig.cards;
  const module = ts.transpileModule(example.replace(PORT, card?.path ?? ""), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  writeFileSync(`${file}js`, module.outputText);
  const { stdout } = await promisify(execFile)(process.execPath, [`${file}js`], { timeout: 30_000 });
  const numbers = /^(\d+)n (\d+)n (\d+)n (\d+)n (\d+)n$/m.exec(stdout)?.slice(1).map(BigInt);
  t.truthy(numbers, stdout);
  const [number = 0n, first = 0n, last = 0n, atOnce = 0n, latest = 0n] = numbers ?? [];
  t.true(number >= 1n && number < first && last < atOnce, stdout);
  t.is(last, first + 999n);
  t.is(latest, atOnce);
  t.regex(stdout, /^\[.*\]$/m);
});
