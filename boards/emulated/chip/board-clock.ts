/** What the clock counts by: the core's cycles. */
export interface CycleCounter {
  cycles: number;
}

const NANOS_PER_SECOND = 1e9;

/**
 * The clock of one board from its power-on. Time follows from the cycles that the core has done, so that the inner loop
 * has nothing to count; alarms tell it at which cycle it must stop.
 */
export class BoardClock {
  /** The inner loop runs while the core's cycles are below this. */
  stopCycles = 0;
  private counter: CycleCounter = { cycles: 0 };
  private anchorCycles = 0;
  private anchorNanos = 0;
  /** What the core's clock runs at, as the program has set it. */
  frequencyHz = 125_000_000;
  private nanosPerCycle = NANOS_PER_SECOND / this.frequencyHz;
  private endNanos = 0;
  private isHalted = false;
  private first: BoardAlarm | undefined;

  get nanos(): number {
    return this.anchorNanos + (this.counter.cycles - this.anchorCycles) * this.nanosPerCycle;
  }

  /** Counts by these cycles from now on; before, time stands still. */
  follow(counter: CycleCounter): void {
    this.anchorNanos = this.nanos;
    this.counter = counter;
    this.anchorCycles = counter.cycles;
    this.updateStop();
  }

  /** The core's clock runs otherwise from now on. @param frequencyHz above 0. */
  setFrequency(frequencyHz: number): void {
    this.anchorNanos = this.nanos;
    this.anchorCycles = this.counter.cycles;
    this.frequencyHz = frequencyHz;
    this.nanosPerCycle = NANOS_PER_SECOND / frequencyHz;
    this.updateStop();
  }

  createAlarm(callback: () => void): BoardAlarm {
    return new BoardAlarm(this, callback);
  }

  /** The inner loop is to stop at this time at the latest. */
  setEnd(endNanos: number): void {
    this.endNanos = endNanos;
    this.updateStop();
  }

  /** Makes the inner loop stop after the instruction under way. */
  stopNow(): void {
    this.stopCycles = 0;
  }

  /** The board is at its end: no alarm rings any more. */
  halt(): void {
    this.isHalted = true;
    this.stopNow();
  }

  /** Calls every alarm that is due; those that come due meanwhile, too. */
  ring(): void {
    for (let alarm = this.first; alarm !== undefined && alarm.timeNanos <= this.nanos; alarm = this.first) {
      // The library's watchdog sets itself again for the same instant.
      if (this.isHalted) return;
      this.first = alarm.next;
      alarm.next = undefined;
      alarm.isLinked = false;
      alarm.callback();
    }
    this.updateStop();
  }

  /** When the next alarm is due; infinite where none is. */
  get nextNanos(): number {
    return this.first?.timeNanos ?? Number.POSITIVE_INFINITY;
  }

  /** Part of `BoardAlarm.schedule`: in the order of times, and of their scheduling where those are equal. */
  link(alarm: BoardAlarm): void {
    let before: BoardAlarm | undefined;
    let after = this.first;
    while (after !== undefined && after.timeNanos <= alarm.timeNanos) {
      before = after;
      after = after.next;
    }
    alarm.next = after;
    alarm.isLinked = true;
    if (before !== undefined) {
      before.next = alarm;
      return;
    }
    this.first = alarm;
    this.updateStop();
  }

  /** Part of `BoardAlarm.cancel`. */
  unlink(alarm: BoardAlarm): void {
    if (this.first === alarm) {
      this.first = alarm.next;
    } else {
      let before = this.first;
      while (before !== undefined && before.next !== alarm) before = before.next;
      if (before !== undefined) before.next = alarm.next;
    }
    alarm.next = undefined;
    alarm.isLinked = false;
  }

  private updateStop(): void {
    const stopNanos = Math.min(this.endNanos, this.nextNanos);
    this.stopCycles = this.anchorCycles + Math.ceil((stopNanos - this.anchorNanos) / this.nanosPerCycle);
  }
}

/** An alarm of a board's clock; it rings once each time that it is scheduled. */
export class BoardAlarm {
  timeNanos = 0;
  isLinked = false;
  next: BoardAlarm | undefined;
  readonly callback: () => void;
  private readonly clock: BoardClock;

  constructor(clock: BoardClock, callback: () => void) {
    this.clock = clock;
    this.callback = callback;
  }

  schedule(deltaNanos: number): void {
    this.scheduleAt(this.clock.nanos + deltaNanos);
  }

  /** @param timeNanos of the board's clock; rings at once where it has passed. */
  scheduleAt(timeNanos: number): void {
    if (this.isLinked) this.clock.unlink(this);
    this.timeNanos = timeNanos;
    this.clock.link(this);
  }

  cancel(): void {
    if (this.isLinked) this.clock.unlink(this);
  }
}
