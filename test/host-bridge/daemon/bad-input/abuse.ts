import type { ExecutionContext } from "ava";
import type { Listeners, ServedDaemon } from "./served-daemon.js";

/** What somebody does to a listener. */
export interface Abuse {
  readonly name: string;
  /** Does it, and asserts what comes of it for who does it. */
  commit(t: ExecutionContext, served: ServedDaemon): Promise<void>;
  /** Witnesses that cannot but notice. */
  readonly cutOff?: Listeners;
  /** What not every computer has for it: it is a test of its own, which is skipped where that is not met. */
  readonly needs?: { readonly what: string; readonly isMet: boolean };
}

/** Does one after the other; behind each, everybody else must have been served as before. */
export async function commitAll(
  t: ExecutionContext,
  served: ServedDaemon,
  abuses: readonly Abuse[],
): Promise<void> {
  for (const { name, commit, cutOff } of abuses) {
    try {
      await commit(t, served);
      await served.judge(t, cutOff);
    } catch (error) {
      throw new Error(`at "${name}"`, { cause: error });
    }
  }
}
