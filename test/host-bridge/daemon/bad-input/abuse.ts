import type { ExecutionContext } from "ava";
import type { Listeners, ServedDaemon } from "./served-daemon.js";

/** What somebody does to a listener. */
export interface Abuse {
  readonly name: string;
  /** Does it, and asserts what comes of it for who does it. */
  commit(t: ExecutionContext, served: ServedDaemon): Promise<void>;
  /** Witnesses that cannot but notice. */
  readonly cutOff?: Listeners;
  /** Why it cannot be done here; null where it can. */
  readonly obstacle?: string | null;
}

/** Does one after the other; behind each, everybody else must have been served as before. */
export async function commitAll(
  t: ExecutionContext,
  served: ServedDaemon,
  abuses: readonly Abuse[],
): Promise<void> {
  for (const { name, commit, cutOff, obstacle = null } of abuses) {
    if (obstacle !== null) {
      t.log(`left out: ${name} (${obstacle})`);
      continue;
    }
    try {
      await commit(t, served);
      await served.judge(t, cutOff);
    } catch (error) {
      throw new Error(`at "${name}"`, { cause: error });
    }
  }
}
