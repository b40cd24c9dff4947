import type { RigFlashStatus } from "./rig-events.js";

/** A card behind its power switch, whatever runs it. */
export interface PoweredCard {
  readonly id: number;
  readonly isRunning: boolean;
  /** Whether it hangs. */
  readonly isPaused: boolean;
  /** Of its worker, where it has one. */
  readonly processId: number | undefined;
  readonly turns: number;
  /** What it has computed, in the engine's own measure. */
  readonly compute: number;
  /** Received bytes that found it too busy. */
  readonly lostBytes: number;
  /** What was done to its flash. */
  readonly flashStatus: RigFlashStatus;
  /** Switches the power on. */
  start(): void;
  /** Takes the power away, at whatever instant. @returns when nothing of it is left. */
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Has the power fail within the next write to its flash and come back at once, where the engine can. */
  bounce?(): void;
  /** Gives back what it holds for as long as the rig is there. */
  close?(): void;
}
