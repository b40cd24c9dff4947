import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where a daemon listens that runs for the whole machine, as the service unit has it. */
export const SYSTEM_SOCKET = "/run/seqcard/seqcard.sock";

/** Where this user's own daemon listens unless it is told otherwise; for root, the machine's. */
export function ownSocketPath(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment["SEQCARD_SOCKET"]) return environment["SEQCARD_SOCKET"];
  if (process.getuid?.() === 0) return SYSTEM_SOCKET;
  const runtime = environment["XDG_RUNTIME_DIR"];
  if (runtime) return join(runtime, "seqcard.sock");
  return join(tmpdir(), `seqcard-${process.getuid?.() ?? 0}`, "seqcard.sock");
}

/** Where a client looks for a daemon: SEQCARD_SOCKET, else this user's own, else the machine's. */
export function findSocketPath(environment: NodeJS.ProcessEnv = process.env): string {
  const own = ownSocketPath(environment);
  return environment["SEQCARD_SOCKET"] || existsSync(own) || !existsSync(SYSTEM_SOCKET) ? own : SYSTEM_SOCKET;
}
