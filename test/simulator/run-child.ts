import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a child process printed, and its exit code. */
export interface ChildResult {
  readonly output: string;
  readonly exitCode: number;
}

/**
 * Runs one of the programs of this folder in a process of its own: on a core of its own, without the coverage that
 * would slow it down, and with its own copy of the firmware's classes.
 */
export function runChild(program: string, args: readonly string[]): Promise<ChildResult> {
  const { NODE_V8_COVERAGE: _, ...env } = process.env;
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ output, exitCode: exitCode ?? -1 }));
  });
}

/** @returns what `run` gives for each item, in their order, with at most `atOnce` of them under way. */
export async function inTurn<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const place = next;
      next += 1;
      results[place] = await run(items[place] as Item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
