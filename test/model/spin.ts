import { copyFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../scripts/processes/find-program.js";
import type { ProcessScope } from "../../scripts/processes/process-scope.js";
import type { ModelCase } from "./model-case.js";

const MODELS = fileURLToPath(new URL("../../../test/model/", import.meta.url));
/** More than any run takes; a longer one is an error, by the flag -b. */
const MAX_DEPTH = 10_000;
/** More than any run takes; one that needs more is not finished, and says so. */
const MAX_MEGABYTES = 6000;
/** Hash tables of 2^n places: for millions of states, and for thousands. */
const TABLE_BITS = { full: 26, short: 22 };

export type ModelErrorCode = "FAILED_TO_RUN" | "NOT_FINISHED" | "UNEXPECTED";

export class ModelError extends Error {
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string) {
    super(message);
    this.name = "ModelError";
    this.code = code;
  }
}

/** What came of one run. */
export interface ModelResult {
  readonly states: number;
  /** Steps of the longest run of the model; for a violation the length of the shortest one that shows it. */
  readonly depth: number;
  /** Of the search alone, without compiling. */
  readonly seconds: number;
  readonly megabytes: number;
  /** The assertion that failed, as Spin prints it, or undefined. */
  readonly violation: string | undefined;
  /** What the cards did up to the violation, a line a step. */
  readonly story: readonly string[];
}

/** @returns what is missing to run the model, with what to do, or undefined. */
export function missingTools(): string | undefined {
  const missing = ["spin", "gcc"].filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return undefined;
  return `${missing.join(" and ")} not found: install it (Debian: apt install spin gcc)`;
}

/**
 * Searches all states of one case, or up to the first violation where one is expected, the shortest first.
 * @throws ModelError where a tool fails, the search did not get to its end, or the result is not the expected one.
 */
export async function runModel(scope: ProcessScope, one: ModelCase): Promise<ModelResult> {
  const inner = scope.makeInner();
  try {
    const directory = inner.makeDirectory();
    const file = `${one.model}.pml`;
    await copyFile(`${MODELS}${file}`, `${directory}/${file}`);
    const run = (command: string, args: readonly string[]): Promise<string> =>
      runTool(inner, directory, command, args);
    const defines = definesOf(one);
    await run("spin", ["-a", ...defines, file]);
    const search = one.expected === "holds" ? ["-O2"] : ["-O1", "-DBFS"];
    await run("gcc", [
      ...search,
      "-w",
      "-DSAFETY",
      "-DNOREDUCE",
      `-DMEMLIM=${MAX_MEGABYTES}`,
      "-o",
      "pan",
      "pan.c",
    ]);
    const bits = one.form === "short" ? TABLE_BITS.short : TABLE_BITS.full;
    const report = await run("./pan", ["-E", "-n", "-b", `-m${MAX_DEPTH}`, `-w${bits}`]);
    const result = parseReport(report);
    const story = result.violation === undefined ? [] : await run("spin", ["-t", "-B", ...defines, file]);
    return { ...result, story: typeof story === "string" ? storyOf(story) : [] };
  } finally {
    await inner.close();
  }
}

/** @throws ModelError UNEXPECTED with the story where a case did not end as it must. */
export function checkResult(one: ModelCase, result: ModelResult): void {
  const { violation } = result;
  if (endedAs(violation) === one.expected) return;
  const what =
    violation === undefined ? "Nothing was found" : `Found ${violation}:\n${result.story.join("\n")}`;
  throw new ModelError("UNEXPECTED", `${one.name}: ${one.expected} was expected. ${what}`);
}

function definesOf({ bounds, variant, expected }: ModelCase): string[] {
  const defines = Object.entries(bounds).map(([name, value]) => `-D${name}=${value}`);
  if (expected === "holds") defines.push("-DIN_DEPTH");
  return variant === undefined ? defines : [...defines, `-D${variant}`];
}

async function runTool(
  scope: ProcessScope,
  cwd: string,
  command: string,
  args: readonly string[],
): Promise<string> {
  const started = scope.start(command, args, { cwd });
  await started.ended;
  if (started.child.exitCode === 0) return started.output;
  const code = started.child.exitCode ?? started.child.signalCode ?? "no code";
  throw new ModelError("FAILED_TO_RUN", `${command} ended with ${code}: ${started.output}`);
}

/** Every assertion is something that has to hold, but for the witnesses, which are told by how Spin prints them. */
function endedAs(violation: string | undefined): ModelCase["expected"] {
  if (violation === undefined) return "holds";
  return /^\(\((\d+)!=\1\)|^\(deliverers==/.test(violation) ? "reaches" : "violates";
}

/** @throws ModelError NOT_FINISHED where the search broke off before it had seen every state. */
export function parseReport(report: string): Omit<ModelResult, "story"> {
  const numberIn = (pattern: RegExp): number => Number(pattern.exec(report)?.[1] ?? Number.NaN);
  const errors = numberIn(/errors: (\d+)/);
  const violation = /assertion violated (.*?) \(at depth/.exec(report)?.[1]?.trim();
  const finished =
    errors === 0 &&
    violation === undefined &&
    !/not completed|too small|out of memory|MEMLIM bound/.test(report);
  if (!finished && !(errors === 1 && violation !== undefined)) {
    throw new ModelError("NOT_FINISHED", `The search did not get to its end: ${report}`);
  }
  return {
    states: numberIn(/(\d+) states, stored/),
    depth: numberIn(/depth reached (\d+)/),
    seconds: numberIn(/elapsed time ([\d.e+-]+)/),
    megabytes: numberIn(/([\d.]+)\s+total actual memory/),
    violation,
  };
}

function storyOf(output: string): string[] {
  const lines = output.split("\n").map((line) => line.trim());
  return lines.filter((line) => /^(card|view) \d/.test(line));
}
