import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The command line as it is installed. */
export const SEQCARD = fileURLToPath(new URL("../../../scripts/seqcard.mjs", import.meta.url));

export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the real bin to its end, without input. A port of whoever runs the tests is no matter of theirs. */
export function runSeqcard(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<CommandRun> {
  const { SEQCARD_PORT: _, ...rest } = process.env;
  return new Promise((resolve) => {
    const env = { ...rest, ...environment };
    const child = execFile(process.execPath, [SEQCARD, ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
    child.stdin?.end();
  });
}

/** As `runSeqcard`. @returns its output; rejects with what it said where it does not end well. */
export async function outputOfSeqcard(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { code, out, err } = await runSeqcard(args, environment);
  if (code === 0) return out;
  throw new Error(`seqcard ${args.join(" ")}: ${out}${err}`);
}
