import { type Scheduled, type Scheduler, TimerQueue } from "./scheduler.js";

/** A clock that stands still until it is told to go on, and then jumps from one alarm to the next. */
export class VirtualScheduler implements Scheduler {
  private timeUs = 0;
  private readonly queue = new TimerQueue();

  now(): number {
    return this.timeUs;
  }

  at(timeUs: number, action: () => void, _precise: boolean): Scheduled {
    return this.queue.add(Math.max(timeUs, this.timeUs), action);
  }

  /** Does the next thing that is due at `endUs` or before. @returns false where nothing is. */
  step(endUs = Number.POSITIVE_INFINITY): boolean {
    const next = this.queue.peek();
    if (next === undefined || next.timeUs > endUs) return false;
    this.queue.take();
    this.timeUs = next.timeUs;
    next.action?.();
    return true;
  }

  /** Does everything that is due at `endUs` or before, then stands at `endUs`. */
  runUntil(endUs: number): void {
    while (this.step(endUs));
    this.timeUs = Math.max(this.timeUs, endUs);
  }
}
