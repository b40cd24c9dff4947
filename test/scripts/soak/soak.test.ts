import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { askRig } from "../../../boards/virtual/control-client.js";
import { startRig } from "../../../boards/virtual/rig.js";
import type { RigStatus } from "../../../boards/virtual/rig-events.js";
import { waitUntil } from "../../../scripts/processes/wait-until.js";
import { SEQCARD } from "../../support/seqcard-command.js";

/** Leases that a computer with many other things to do can hold. */
const CALM = ["--lease-ms", "300", "--beacon-ms", "40"];

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; output: string; errors: string }>;
}

function run(t: ExecutionContext, args: readonly string[]): Run {
  t.timeout(180_000);
  const child = spawn(process.execPath, [SEQCARD, "soak", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  t.teardown(() => child.kill("SIGTERM"));
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const ended = new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, output, errors }));
  });
  return { child, ended };
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

for (const [engine, faults, fabrics, seconds] of [
  ["node", "kill,stop,cut,power,handover", 1, 5],
  ["xs", "kill,stop", 1, 5],
  ["node", "fabric,cut,kill", 2, 5],
] as const) {
  test.serial(
    `${seconds} s of ${faults} on ${engine}${fabrics === 2 ? ", two fabrics" : ""}: nothing twice, nothing out of order, all served again`,
    async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "seqcard-test-"));
      t.teardown(() => rmSync(folder, { recursive: true, force: true }));
      const options = ["--engine", engine, "--faults", faults, "--seconds", `${seconds}`, "--callers", "16"];
      if (fabrics === 2) options.push("--fabrics", "2", "--keep", folder);
      const { code, output, errors } = await run(t, [...options, "--seed", "1", "--json", ...CALM]).ended;
      t.is(code, 0, output + errors);
      const result = JSON.parse(output);
      t.like(result, {
        held: true,
        duplicates: 0,
        orderViolations: 0,
        badRecords: 0,
        hostsNotServed: [],
        deaths: [],
      });
      t.like(result, {
        hosts: 3,
        cards: 3 * fabrics,
        seed: 1,
        timing: ["--beacon-ms", "40", "--lease-ms", "300"],
      });
      t.true(result.delivered > 0 && result.faults > 0, output);
      if (fabrics === 1) {
        t.is(result.evidence, undefined);
      } else {
        // What this seed draws first: all cables of a whole fabric are cut.
        const [first] = JSON.parse(readFileSync(join(folder, "faults.json"), "utf8"));
        t.is(first.fault.kind, "fabric");
      }
    },
  );
}

test.serial("it tells people too, and keeps what it is told to keep", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "seqcard-test-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const options = ["--engine", "node", "--seconds", "1", "--faults", "cut", "--keep", folder];
  const { code, output, errors } = await run(t, [...options, ...CALM]).ended;
  t.is(code, 0, output + errors);
  t.regex(output, /P1 unique +0 duplicates/);
  t.regex(output, /All held\.\n$/);
  t.deepEqual(readdirSync(folder).sort(), ["faults.json", "host1", "host2", "host3", "result.json"]);
});

test.serial("real ports get handovers only, and their numbers are checked just so", async (t) => {
  const timing = { beaconUs: 40_000, leaseUs: 400_000, leaseMarginUs: 20_000, abdicateUs: 1_200_000 };
  const rig = await startRig({ engine: "node", timing, readyTimeoutMs: 60_000 });
  t.teardown(() => rig.stop());
  const ports = rig.cards.map(({ path }) => path).join(",");
  const { code, output, errors } = await run(t, ["--ports", ports, "--seconds", "3", "--json"]).ended;
  t.is(code, 0, output + errors);
  const result = JSON.parse(output);
  t.like(result, { held: true, engine: "real cards", hosts: 3, cards: 3 });
  t.true(result.faults > 0 && result.viewChanges > 0, output);
});

test.serial("Ctrl-C ends it and everything that it started, a card that hangs too", async (t) => {
  const { child, ended } = run(t, ["--seconds", "600", "--faults", "handover", ...CALM]);
  const name = `soak-${child.pid}`;
  const { cards } = await waitUntil("the rig", 60_000, async () => {
    return (await askRig(name, { command: "status" })) as RigStatus;
  });
  await askRig(name, { command: "pause", card: 2 });
  const processIds = cards.map(({ processId }) => processId ?? 0);
  t.true(processIds.length === 3 && processIds.every(isRunning));
  child.kill("SIGINT");
  t.is((await ended).code, 130);
  t.deepEqual(processIds.filter(isRunning), []);
  await t.throwsAsync(askRig(name, { command: "status" }), { code: "RIG_NOT_RUNNING" });
});

test.serial("what cannot be is refused", async (t) => {
  for (const args of [
    ["--faults", "fire"],
    ["--cards", "2"],
    ["--seconds", "0"],
    ["--lease-ms", "-1"],
  ]) {
    const { code, errors } = await run(t, args).ended;
    t.is(code, 2, errors);
  }
  const { code, errors } = await run(t, ["--ports", "/dev/none", "--faults", "kill"]).ended;
  t.is(code, 1);
  t.regex(errors, /leave --faults out/);
  const fabric = await run(t, ["--faults", "fabric"]).ended;
  t.is(fabric.code, 1);
  t.regex(fabric.errors, /say --fabrics 2/);
  const missing = await run(t, ["--ports", "/dev/none-such"]).ended;
  t.is(missing.code, 1);
  t.regex(missing.errors, /none-such/);
  t.false(existsSync("/dev/none-such"));
});
