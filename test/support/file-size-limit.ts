import { execFileSync } from "node:child_process";
import { findProgram } from "../../scripts/processes/find-program.js";

/** Debian's util-linux has it; macOS has nothing of the kind. */
export const canLimitFileSize = findProgram("prlimit") !== undefined;

/**
 * Lets no file of a running process be written from this offset on, as where a disk is full: EFBIG, or a part of what
 * was to be written.
 * @param bytes null: as far as the process may.
 */
export function limitFileSize(pid: number, bytes: number | null): void {
  const soft = bytes ?? prlimit(pid, "--fsize", "--output=HARD", "--noheadings", "--raw").trim();
  prlimit(pid, `--fsize=${soft}:`);
}

function prlimit(pid: number, ...args: readonly string[]): string {
  return execFileSync("prlimit", ["--pid", `${pid}`, ...args], { encoding: "utf8" });
}
