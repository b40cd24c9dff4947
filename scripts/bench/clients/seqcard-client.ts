import { open } from "../../../host-bridge/index.js";
import type { NumberClient } from "../number-client.js";

/** One card on a serial port; the host bridge gathers the callers by itself. */
export async function openSeqcard(path: string): Promise<NumberClient> {
  const sequence = await open({ path });
  return {
    next: () => sequence.next(),
    close: () => sequence.close(),
  };
}
