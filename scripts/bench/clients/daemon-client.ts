import { connect } from "../../../host-bridge/index.js";
import type { NumberClient } from "../number-client.js";

/** A daemon at a Unix socket, which gathers the callers of all processes. */
export async function openDaemonClient(socket: string): Promise<NumberClient> {
  const sequence = await connect({ socket });
  return {
    next: () => sequence.next(),
    close: () => sequence.close(),
  };
}
