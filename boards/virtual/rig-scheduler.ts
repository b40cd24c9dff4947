import type { Scheduler } from "./scheduler.js";

/** The clock of a rig that runs: it begins and ends with it. */
export interface RigScheduler extends Scheduler {
  /** Time goes on from now. */
  go(): void;
  /** Nothing happens any more, and nothing keeps the process alive. */
  stop(): void;
}
