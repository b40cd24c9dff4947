import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { askRig } from "../../../boards/virtual/control-client.js";
import type { RigStatus } from "../../../boards/virtual/rig-events.js";

const MAIN = fileURLToPath(new URL("../../../scripts/demonstration/main.js", import.meta.url));

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; output: string }>;
  /** Resolves when the output holds `text`. */
  saw(text: string): Promise<void>;
}

function run(t: ExecutionContext, args: readonly string[]): Run {
  t.timeout(120_000);
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  t.teardown(() => child.kill("SIGTERM"));
  let output = "";
  let onOutput = (): void => {};
  const take = (text: Buffer): void => {
    output += text.toString();
    onOutput();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, output }));
  });
  const saw = async (text: string): Promise<void> => {
    const seen = new Promise<true>((resolve) => {
      onOutput = () => {
        if (output.includes(text)) resolve(true);
      };
      onOutput();
    });
    const first = await Promise.race([seen, ended]);
    if (first !== true) t.fail(`It ended without "${text}": ${output}`);
  };
  return { child, ended, saw };
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

test.serial("takes 100,000 numbers from three hosts, checks them all and exits with 0", async (t) => {
  const { code, output } = await run(t, ["--engine", "node", "--seconds", "0.5", "--json"]).ended;
  t.is(code, 0, output);
  const summary = JSON.parse(output);
  t.like(summary, { held: true, hosts: 3, duplicates: 0, orderViolations: 0, badRecords: 0, violations: [] });
  t.true(summary.numbers >= 100_000);
  t.is(summary.recoveries.length, 3);
  for (const { anyHostUs, everyHostUs } of summary.recoveries) {
    t.true(anyHostUs > 0 && everyHostUs >= anyHostUs, output);
  }
  const { fabrics } = summary;
  t.true(fabrics.held && fabrics.delivered > 0, output);
  t.deepEqual(
    fabrics.waits.map(({ what }: { what: string }) => what),
    [
      "all cables of fabric 1 are cut",
      "all cables of fabric 2 are cut",
      "all cards of fabric 2 lose their power",
    ],
  );
  for (const { longestMs } of fabrics.waits) t.true(longestMs > 0, output);
});

test.serial("shows the way of a number, the histogram, two fabrics and the summary", async (t) => {
  const { code, output } = await run(t, ["--engine", "node", "--seconds", "0.5"]).ended;
  t.is(code, 0, output);
  t.regex(output, /originator +primary +secondary/);
  t.regex(output, /├.* STORE .*▶/);
  t.regex(output, /ms ┤█/);
  t.regex(output, /card \d, the primary, loses its power +[\d.]+ m?s +[\d.]+ m?s\n/);
  t.regex(output, /all cards get it back.* [\d.]+ m?s\n/);
  const roles = /primary is card \d on fabric [12], secondary card \d on fabric [12]/;
  t.regex(
    output,
    new RegExp(`on fabric 2\\n  ${roles.source}\\n  all cables of fabric 1 are cut \\.\\.\\.\\n`),
  );
  t.is(
    output.match(new RegExp(`    every host has new numbers; ${roles.source}\\n`, "g"))?.length,
    3,
    output,
  );
  // What is left of it without fabric 2 is on fabric 1.
  t.regex(
    output,
    /all cards of fabric 2 lose their power \.\.\.\n {4}.*primary is card [123] on fabric 1, secondary card [123] on fabric 1\n {2}they get it back/,
  );
  t.regex(
    output,
    /all cards of fabric 2 lose their power +\d+ ms\n {2}[\d,]+ numbers, 0 twice, 0 out of order\n/,
  );
  t.regex(output, /All held\.\n$/);
  t.false(output.includes("\u001b"), "no escape sequences where there is no terminal");
});

test.serial("Ctrl-C ends it and every process that it started", async (t) => {
  const { child, ended, saw } = run(t, ["--seconds", "30"]);
  await saw("all at once");
  const { cards } = (await askRig(`demonstration-${child.pid}`, { command: "status" })) as RigStatus;
  const processIds = cards.map(({ processId }) => processId ?? 0);
  t.true(processIds.length === 3 && processIds.every(isRunning));
  child.kill("SIGINT");
  t.is((await ended).code, 130);
  t.deepEqual(processIds.filter(isRunning), []);
  await t.throwsAsync(askRig(`demonstration-${child.pid}`, { command: "status" }), {
    code: "RIG_NOT_RUNNING",
  });
});

test.serial("a wrong option is refused with what to give instead", async (t) => {
  const { code, output } = await run(t, ["--seconds", "0"]).ended;
  t.is(code, 1);
  t.regex(output, /from 0\.5 to 30/);
});
