import type { RigScheduler } from "../virtual/rig-scheduler.js";
import { type Scheduled, TimerQueue } from "../virtual/scheduler.js";

/** Something that runs in the emulation's time. */
export interface Runner {
  /** Now, in the middle of a slice too, in nanoseconds of the emulation. */
  readonly nanos: number;
  /** When it can next do something by itself. */
  readonly nextNanos: number;
  /** How soon what it does can reach another. */
  readonly leastFlightNanos: number;
  runUntil(nanos: number): void;
}

/** Slices while no board has power. */
const LONGEST_SLICE_NANOS = 50_000;
/** An instruction may go over the end of a slice, by less than this share of a character. */
const SLICE_SHARE = 0.9;
/** How long boards run before sockets and ptys get their turn, in milliseconds of the computer. */
const TURN_MS = 5;

/**
 * The clock of the emulated bench. All boards advance in slices that are shorter than a character on a cable: what one
 * sends within a slice arrives at another after it, so their order within a slice changes nothing, and a run can be repeated to
 * the cycle.
 */
export class Emulation implements RigScheduler {
  private readonly runners: Runner[] = [];
  private readonly queue = new TimerQueue();
  private timeNanos = 0;
  private running: Runner | undefined;
  private handle: NodeJS.Immediate | NodeJS.Timeout | undefined;
  private paceStartMs = 0;
  private paceStartNanos = 0;
  private isStopped = false;
  /** What a board, an alarm or a host threw: nothing goes on after that. */
  onError: (error: unknown) => void = (error) => {
    throw error;
  };

  add(runner: Runner): void {
    this.runners.push(runner);
  }

  /** Nanoseconds since the emulation was made. While a board runs, it is that board's. */
  get nanos(): number {
    return this.running?.nanos ?? this.timeNanos;
  }

  now(): number {
    return this.nanos / 1_000;
  }

  at(timeUs: number, action: () => void, _precise: boolean): Scheduled {
    return this.queue.add(Math.max(timeUs, this.now()), action);
  }

  /** Runs everything up to this time, as fast as the computer can. */
  runUntil(endNanos: number): void {
    while (this.timeNanos < endNanos && !this.isStopped) this.runSlice(endNanos);
  }

  /**
   * Runs as long as `isDone` says no, which is asked between slices.
   * @returns whether it said yes before `endNanos`.
   */
  runWhile(isDone: () => boolean, endNanos: number): boolean {
    while (!isDone()) {
      if (this.timeNanos >= endNanos || this.isStopped) return false;
      this.runSlice(endNanos);
    }
    return true;
  }

  /**
   * Runs by itself from now on, never ahead of the computer's own clock: programs on ptys count by that. Behind it, it is as
   * fast as it can.
   */
  go(): void {
    this.paceStartMs = performance.now();
    this.paceStartNanos = this.timeNanos;
    this.turnLater(0);
  }

  stop(): void {
    this.isStopped = true;
    clearImmediate(this.handle as NodeJS.Immediate);
    clearTimeout(this.handle as NodeJS.Timeout);
  }

  private turnLater(waitMs: number): void {
    if (this.isStopped) return;
    if (waitMs < 1) this.handle = setImmediate(() => this.turn());
    else this.handle = setTimeout(() => this.turn(), waitMs);
  }

  private turn(): void {
    const startMs = performance.now();
    try {
      do {
        const allowedNanos = this.paceStartNanos + (performance.now() - this.paceStartMs) * 1e6;
        if (this.timeNanos >= allowedNanos) break;
        this.runUntil(Math.min(allowedNanos, this.timeNanos + 200_000));
      } while (performance.now() - startMs < TURN_MS && !this.isStopped);
    } catch (error) {
      this.stop();
      this.onError(error);
      return;
    }
    const nowMs = performance.now();
    const aheadMs = (this.timeNanos - this.paceStartNanos) / 1e6 - (nowMs - this.paceStartMs);
    if (aheadMs < 0 && nowMs - startMs >= TURN_MS) {
      // It cannot keep up; what it is behind it need not make good.
      this.paceStartMs = nowMs;
      this.paceStartNanos = this.timeNanos;
    }
    this.turnLater(aheadMs);
  }

  private runSlice(limitNanos: number): void {
    const endNanos = this.sliceEnd(limitNanos);
    for (const runner of this.runners) {
      this.running = runner;
      runner.runUntil(endNanos);
    }
    this.running = undefined;
    this.timeNanos = endNanos;
    for (
      let due = this.queue.peek();
      due !== undefined && due.timeUs * 1_000 <= endNanos;
      due = this.queue.peek()
    ) {
      this.queue.take();
      due.action?.();
    }
  }

  private sliceEnd(limitNanos: number): number {
    let flightNanos = LONGEST_SLICE_NANOS;
    let nextNanos = Number.POSITIVE_INFINITY;
    for (const runner of this.runners) {
      flightNanos = Math.min(flightNanos, runner.leastFlightNanos * SLICE_SHARE);
      nextNanos = Math.min(nextNanos, runner.nextNanos);
    }
    // While all sleep, nothing can begin before the first of them wakes.
    const endNanos = Math.max(this.timeNanos, nextNanos) + flightNanos;
    const alarmNanos = (this.queue.peek()?.timeUs ?? Number.POSITIVE_INFINITY) * 1_000;
    return Math.min(endNanos, Math.max(alarmNanos, this.timeNanos), limitNanos);
  }
}
