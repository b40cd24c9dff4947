/** Something that will happen; `cancel` makes it not happen. */
export interface Scheduled {
  cancel(): void;
}

/** Clock and alarms of a rig: wall clock in a running one, a jumping clock in tests and in the simulator. */
export interface Scheduler {
  /** Microseconds since the scheduler was made. Never goes back. */
  now(): number;
  /**
   * Calls `action` once at `timeUs`, or as soon after as it can; never from within this call.
   * @param precise whether a few microseconds matter. Where they do not, the computer may sleep up to a millisecond
   * longer.
   */
  at(timeUs: number, action: () => void, precise: boolean): Scheduled;
}

/** One entry of a `TimerQueue`. */
export class TimerEntry implements Scheduled {
  readonly timeUs: number;
  readonly order: number;
  action: (() => void) | undefined;

  constructor(timeUs: number, order: number, action: () => void) {
    this.timeUs = timeUs;
    this.order = order;
    this.action = action;
  }

  cancel(): void {
    this.action = undefined;
  }
}

/** Entries by time, and by age where the times are equal: a binary heap. Cancelled ones leave when they come up. */
export class TimerQueue {
  private readonly heap: TimerEntry[] = [];
  private added = 0;

  add(timeUs: number, action: () => void): TimerEntry {
    this.added += 1;
    const entry = new TimerEntry(timeUs, this.added, action);
    this.heap.push(entry);
    this.siftUp(this.heap.length - 1);
    return entry;
  }

  /** @returns the next entry that is not cancelled, without taking it out. */
  peek(): TimerEntry | undefined {
    for (;;) {
      const first = this.heap[0];
      if (first === undefined || first.action !== undefined) return first;
      this.removeFirst();
    }
  }

  /** Takes out the entry that `peek` shows. */
  take(): TimerEntry | undefined {
    const first = this.peek();
    if (first !== undefined) this.removeFirst();
    return first;
  }

  private removeFirst(): void {
    const last = this.heap.pop() as TimerEntry;
    if (this.heap.length === 0) return;
    this.heap[0] = last;
    this.siftDown(0);
  }

  private siftUp(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.isBefore(index, parent)) return;
      this.swap(index, parent);
      index = parent;
    }
  }

  private siftDown(start: number): void {
    let index = start;
    for (;;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.heap.length && this.isBefore(child, least)) least = child;
      }
      if (least === index) return;
      this.swap(index, least);
      index = least;
    }
  }

  private isBefore(left: number, right: number): boolean {
    const first = this.heap[left] as TimerEntry;
    const second = this.heap[right] as TimerEntry;
    return first.timeUs === second.timeUs ? first.order < second.order : first.timeUs < second.timeUs;
  }

  private swap(left: number, right: number): void {
    const kept = this.heap[left] as TimerEntry;
    this.heap[left] = this.heap[right] as TimerEntry;
    this.heap[right] = kept;
  }
}
