import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import type { ProcessScope } from "../processes/process-scope.js";
import { runInScope } from "../processes/run-in-scope.js";
import { measureComputeCounts } from "./compute-counts.js";
import { plotSvg } from "./report/plot.js";
import { formatMarkdown, formatNotes, formatTable } from "./report/table.js";
import { judgeTargets } from "./report/targets.js";
import type { BenchResult, ComputeCounts, Machine, SystemResult } from "./result.js";
import { runSystem } from "./run-system.js";
import { CLIENT_PROCESSES } from "./systems/bench-system.js";
import { allSystems } from "./systems/index.js";

interface Options {
  readonly seconds: number;
  readonly only?: readonly string[];
  readonly callers: readonly number[];
  readonly out: string;
  readonly json?: true;
}

const WARM_UP_SECONDS = 1;
const MAX_CALLERS = 10_000;

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 600)) throw new InvalidArgumentError("Give seconds from 0.1 to 600.");
  return seconds;
}

function parseCallers(text: string): number[] {
  const all = text.split(",").map(Number);
  if (!all.every((count) => Number.isInteger(count) && count >= 1 && count <= MAX_CALLERS)) {
    throw new InvalidArgumentError(`Give whole numbers from 1 to ${MAX_CALLERS}, as in 1,64,1024.`);
  }
  return all;
}

function parseOnly(text: string): string[] {
  const known = allSystems().map((system) => system.id);
  const wanted = text.split(",");
  const unknown = wanted.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(
      `No system is called ${unknown.join(", ")}. There are: ${known.join(", ")}.`,
    );
  }
  return wanted;
}

const command = new Command("npm run bench --")
  .description(
    "Measures numbers a second and latency of seqcard beside Redis, PostgreSQL and etcd, each started here on 127.0.0.1 " +
      "where it is installed. Writes JSON, a plot and Markdown into bench-results/.",
  )
  .option("--seconds <seconds>", "measured time for each row, after a second of warm-up", parseSeconds, 3)
  .option(
    "--only <systems>",
    `some of: ${allSystems()
      .map((system) => system.id)
      .join(",")}`,
    parseOnly,
  )
  .option("--callers <counts>", "callers that ask at once", parseCallers, [1, 64, 1024])
  .option("--out <directory>", "where the results go", "bench-results")
  .option("--json", "print the result as JSON and nothing else")
  .addHelpText(
    "after",
    "\nExamples:\n  npm run bench\n  npm run bench -- --only seqcard-xs,redis --callers 1024 --seconds 5",
  );

await runInScope(async (scope) => {
  command.parse();
  return runBench(scope, command.opts<Options>());
});

/** @returns the exit code: 1 where not one system could be measured. */
async function runBench(scope: ProcessScope, options: Options): Promise<number> {
  const startedAt = new Date().toISOString();
  const machine = describeMachine();
  const say = (text: string): void => {
    if (options.json === undefined) console.log(text);
  };
  const systems: SystemResult[] = [];
  const times = { warmUpMs: WARM_UP_SECONDS * 1000, measureMs: options.seconds * 1000 };
  for (const system of allSystems()) {
    if (options.only !== undefined && !options.only.includes(system.id)) continue;
    const result = await runSystem(scope, system, options.callers, times, say);
    if (scope.isClosing) throw new Error("Interrupted.");
    if (result.missing !== undefined) say(`${system.title}: ${result.missing}`);
    systems.push(result);
  }
  const computeCounts = await tryComputeCounts(scope, options, say);
  if (scope.isClosing) throw new Error("Interrupted.");
  const measured = {
    startedAt,
    machine,
    times: { warmUpSeconds: WARM_UP_SECONDS, seconds: options.seconds },
    clientProcesses: CLIENT_PROCESSES,
    systems,
    ...(computeCounts && { computeCounts }),
  };
  const result: BenchResult = { ...measured, targets: judgeTargets(measured) };
  const files = writeResults(options.out, result);
  if (options.json) {
    console.log(JSON.stringify(result));
  } else {
    const color = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
    say(`\n${formatTable(result, color)}\n${formatNotes(result).join("\n")}\n\nWritten: ${files.join(", ")}`);
  }
  return systems.some((system) => system.measurements.length > 0) ? 0 : 1;
}

/** @returns undefined where XS is not wanted, or cannot be counted: then it says why. */
async function tryComputeCounts(
  scope: ProcessScope,
  options: Options,
  say: (text: string) => void,
): Promise<ComputeCounts | undefined> {
  if (options.only !== undefined && !options.only.includes("seqcard-xs")) return undefined;
  say("seqcard on XS: compute units of each role");
  try {
    return await measureComputeCounts(scope);
  } catch (error) {
    say(`seqcard on XS: no compute units: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** @returns the paths written. */
function writeResults(directory: string, result: BenchResult): string[] {
  mkdirSync(directory, { recursive: true });
  const write = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  return [
    write("bench.json", `${JSON.stringify(result, undefined, 2)}\n`),
    write("bench.md", formatMarkdown(result)),
    write("bench.svg", plotSvg(result)),
  ];
}

function describeMachine(): Machine {
  const processors = cpus();
  return {
    platform: `${platform()} ${release()}`,
    processor: processors[0]?.model.trim() || "unknown processor",
    cores: processors.length,
    memoryGB: Math.round(totalmem() / 1e9),
    node: process.versions.node,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
