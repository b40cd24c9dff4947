import { setTimeout as sleep } from "node:timers/promises";
import type { OwnedProcess } from "./process-scope.js";

const POLL_MS = 50;

/**
 * Asks again and again until `ask` gives something other than undefined. What it throws counts as "not yet".
 * @param what names what is waited for, in the error.
 * @param process is given up on as soon as it has ended; what it printed last goes into the error.
 * @throws Error after `timeoutMs`, with what `ask` threw last.
 */
export async function waitUntil<T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T | undefined>,
  process?: OwnedProcess,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  let lastError = "";
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      lastError = error instanceof Error ? error.message : String(error);
    }
    if (process !== undefined && !process.running) {
      throw new Error(`${what}: its process ended. It said: ${process.output.trim() || "nothing"}`);
    }
    if (performance.now() >= end) {
      throw new Error(
        `${what}: not within ${timeoutMs} ms. ${lastError || process?.output.trim() || ""}`.trim(),
      );
    }
    await sleep(POLL_MS);
  }
}
