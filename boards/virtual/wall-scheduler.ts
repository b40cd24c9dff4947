import type { RigScheduler } from "./rig-scheduler.js";
import { type Scheduled, TimerQueue } from "./scheduler.js";

/** Node's timers have a grain of 1 ms and are often late by one: what is nearer than this is waited for awake. */
const AWAKE_US = 1_300;

/**
 * The computer's own clock. While something precise is due within about a millisecond (bytes on a cable), it looks at
 * the clock at every turn of the event loop; otherwise it sleeps.
 */
export class WallScheduler implements RigScheduler {
  private readonly startMs = performance.now();
  private readonly precise = new TimerQueue();
  private readonly coarse = new TimerQueue();
  private timer: NodeJS.Timeout | undefined;
  private immediate: NodeJS.Immediate | undefined;
  /** When the timer goes off, in this clock's time. */
  private timerUs = 0;
  private running = false;
  private stopped = false;

  now(): number {
    return (performance.now() - this.startMs) * 1_000;
  }

  at(timeUs: number, action: () => void, precise: boolean): Scheduled {
    const entry = (precise ? this.precise : this.coarse).add(timeUs, action);
    if (!this.running) this.arm();
    return entry;
  }

  /** The computer's clock goes by itself. */
  go(): void {}

  /** Nothing happens any more, and nothing keeps the process alive. */
  stop(): void {
    this.stopped = true;
    this.disarm();
  }

  private readonly run = (): void => {
    this.disarm();
    this.running = true;
    try {
      // Each action may make another one due; the bound gives sockets and pipes their turn.
      for (let count = 0; count < 64 && !this.stopped; count += 1) {
        const due = this.nextQueue();
        if (due === undefined || (due.peek()?.timeUs as number) > this.now()) break;
        due.take()?.action?.();
      }
    } finally {
      this.running = false;
      this.arm();
    }
  };

  private nextQueue(): TimerQueue | undefined {
    const precise = this.precise.peek();
    const coarse = this.coarse.peek();
    if (precise === undefined) return coarse === undefined ? undefined : this.coarse;
    return coarse === undefined || precise.timeUs <= coarse.timeUs ? this.precise : this.coarse;
  }

  private arm(): void {
    if (this.stopped || this.immediate !== undefined) return;
    const now = this.now();
    const precise = this.precise.peek();
    const coarse = this.coarse.peek();
    const awake = precise !== undefined && precise.timeUs - now < AWAKE_US;
    if (awake || (coarse !== undefined && coarse.timeUs <= now)) {
      this.immediate = setImmediate(this.run);
      return;
    }
    const dueUs = Math.min(
      precise === undefined ? Number.POSITIVE_INFINITY : precise.timeUs - AWAKE_US,
      coarse === undefined ? Number.POSITIVE_INFINITY : coarse.timeUs,
    );
    if (dueUs === Number.POSITIVE_INFINITY) return;
    if (this.timer !== undefined) {
      if (this.timerUs <= dueUs) return;
      clearTimeout(this.timer);
    }
    this.timerUs = dueUs;
    this.timer = setTimeout(this.run, Math.max(1, Math.round((dueUs - now) / 1_000)));
  }

  private disarm(): void {
    clearTimeout(this.timer);
    clearImmediate(this.immediate);
    this.timer = undefined;
    this.immediate = undefined;
  }
}
