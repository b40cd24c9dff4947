import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { OwnedProcess, ProcessScope } from "./process-scope.js";

const COMMAND = fileURLToPath(new URL("../../../scripts/seqcard.mjs", import.meta.url));
const READY_TIMEOUT_MS = 30_000;

export interface DaemonProcessOptions {
  readonly ports: readonly string[];
  readonly socket: string;
  /** Its mirror's copy on a disk; none by default. */
  readonly durableMirror?: string;
  /** More arguments for `seqcard serve`. */
  readonly more?: readonly string[];
}

/**
 * Starts `seqcard serve` as a process of `scope` and waits until it listens.
 * @throws Error with what it said, where it ends or does not listen in time.
 */
export async function startDaemonProcess(
  scope: ProcessScope,
  { ports, socket, durableMirror, more = [] }: DaemonProcessOptions,
): Promise<OwnedProcess> {
  const named = ports.flatMap((port) => ["--port", port]);
  const durable = durableMirror === undefined ? ["--no-durable-mirror"] : ["--durable-mirror", durableMirror];
  const args = [COMMAND, "serve", ...named, "--socket", socket, ...durable, "--json", ...more];
  const daemon = scope.start(process.execPath, args);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_TIMEOUT_MS);
  });
  const isReady = await Promise.race([ready(daemon), daemon.silent.then(() => false), late]);
  clearTimeout(timer);
  if (!isReady) throw new Error(`The daemon does not listen. It said: ${daemon.output.trim() || "nothing"}`);
  return daemon;
}

async function ready(daemon: OwnedProcess): Promise<boolean> {
  return new Promise((resolve) => {
    if (daemon.child.stdout === null) return;
    createInterface({ input: daemon.child.stdout }).on("line", (line) => {
      if (line.includes('"event":"ready"')) resolve(true);
    });
  });
}
