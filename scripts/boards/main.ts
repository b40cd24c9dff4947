/** `npm run build:pico`, `npm run flash:pico` and so on: checks SDK and tools, then has the installed mcconfig do the work. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "../processes/find-program.js";
import { BOARDS } from "./board-names.js";
import { buildEnvironment } from "./build-environment.js";
import { findProblems } from "./find-problems.js";
import { findRemarks } from "./find-remarks.js";
import type { Machine } from "./machine.js";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));

function outputOf(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8", env });
  return status === 0 ? stdout : undefined;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** @returns the exit code. */
async function main(action: string | undefined, board: string | undefined): Promise<number> {
  const target = BOARDS[board ?? ""];
  if ((action !== "build" && action !== "flash") || board === undefined || target === undefined) {
    process.stderr.write(`usage: build or flash, then one of ${Object.keys(BOARDS).join(", ")}\n`);
    return 2;
  }
  const env = buildEnvironment(process.env, target, {
    project: PROJECT,
    home: homedir(),
    shellVersion: outputOf("sh", ["--version"]),
    find: (program) => findProgram(program),
  });
  const machine: Machine = {
    environment: env,
    exists: existsSync,
    read: textOf,
    has: (program) => findProgram(program, [], env["PATH"]) !== undefined,
    run: (command, args) => outputOf(command, args, env),
  };
  const problems = findProblems(target, machine);
  if (problems.length > 0) {
    for (const problem of problems) process.stderr.write(`${action} ${board}: ${problem}\n`);
    return 1;
  }
  for (const remark of findRemarks(target, machine)) {
    process.stderr.write(`${action} ${board}: note: ${remark}.\n`);
  }
  // A folder for each board: chips of one family would otherwise find each other's objects and not link.
  const output = join(PROJECT, "build", board);
  mkdirSync(output, { recursive: true });
  process.stdout.write(`What is built goes to ${output}.\n`);
  const args = ["-m", "-o", output, "-p", target.platform, ...(action === "build" ? ["-t", "build"] : [])];
  const child = spawn("mcconfig", args, { cwd: join(PROJECT, "boards", board), env, stdio: "inherit" });
  return new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("close", (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main(process.argv[2], process.argv[3]);
