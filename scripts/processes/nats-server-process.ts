import { findProgram } from "./find-program.js";
import type { OwnedProcess, ProcessScope } from "./process-scope.js";
import { waitUntil } from "./wait-until.js";

const READY_TIMEOUT_MS = 20_000;

/** @returns the path of nats-server, or undefined where it is not installed. Debian has it in /usr/sbin. */
export function findNatsServer(): string | undefined {
  return findProgram("nats-server", ["/usr/sbin", "/usr/local/sbin"]);
}

/** Starts nats-server at a port of this machine alone, and waits until it takes clients. */
export async function startNatsServer(
  scope: ProcessScope,
  port: number,
  more: readonly string[] = [],
): Promise<OwnedProcess> {
  const program = findNatsServer();
  if (program === undefined) throw new Error("nats-server is not installed.");
  const server = scope.start(program, ["-a", "127.0.0.1", "-p", `${port}`, ...more]);
  const isReady = async (): Promise<true | undefined> =>
    server.output.includes("Server is ready") ? true : undefined;
  await waitUntil("nats-server", READY_TIMEOUT_MS, isReady, server);
  return server;
}
