/**
 * `npm test`: all tests under c8, results as counts. Arguments go to ava. Prints failing and skipped tests, the coverage
 * table, and as its last line what ava itself has counted. A run that breaks off, or misses the coverage asked for in
 * `.c8rc.json`, counts as one failure more.
 */
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const TELL_EVERY = 250;

mkdirSync(join(root, "coverage"), { recursive: true });
const log = createWriteStream(join(root, "coverage/tests.tap.log"));
const command = ["c8/bin/c8.js", "ava/entrypoints/cli.mjs"].map((path) => join(root, "node_modules", path));
const child = spawn(process.execPath, [...command, "--tap", ...process.argv.slice(2)], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = new Promise((resolve) => {
  child.on("close", resolve);
  child.on("error", () => resolve(-1));
});

/** What the lines `# pass 12`, `# fail 0` and `# skip 0` at the end of ava's report say. */
const totals = new Map();
let results = 0;
let inFailure = false;

for await (const line of createInterface({ input: child.stdout })) {
  log.write(`${line}\n`);
  const total = /^# (tests|pass|fail|skip) (\d+)$/.exec(line);
  if (total !== null) {
    totals.set(total[1], Number(total[2]));
    inFailure = false;
  } else if (/^(ok|not ok) \d+/.test(line)) {
    results += 1;
    inFailure = line.startsWith("not ok");
    if (inFailure || line.includes("# SKIP")) print(line);
    if (results % TELL_EVERY === 0) print(`${results} tests done`);
  } else if (inFailure || totals.size > 0) {
    // A failure's particulars; or, behind the totals, the coverage table.
    print(line);
  }
}
const exitCode = await ended;
log.end();

const passed = totals.get("pass") ?? 0;
const skipped = totals.get("skip") ?? 0;
let failed = totals.get("fail") ?? 0;
if (!totals.has("pass") || passed + failed === 0) {
  print("The run broke off before its end, or ran no test at all.");
  failed += 1;
} else if (exitCode !== 0 && failed === 0) {
  print("All tests passed, but the coverage is below what .c8rc.json asks for, or c8 failed.");
  failed += 1;
}
print(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 ? 1 : 0;

function print(text) {
  process.stdout.write(`${text}\n`);
}
