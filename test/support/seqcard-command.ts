import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The command line as it is installed. */
export const SEQCARD = fileURLToPath(new URL("../../../scripts/seqcard.mjs", import.meta.url));

export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the real bin to its end. A port of whoever runs the tests is no matter of theirs. */
export function runSeqcard(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<CommandRun> {
  const { SEQCARD_PORT: _, ...rest } = process.env;
  return new Promise((resolve) => {
    const env = { ...rest, ...environment };
    execFile(process.execPath, [SEQCARD, ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}
