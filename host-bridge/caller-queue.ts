import type { Caller } from "./caller.js";

/** Calls in the order in which they came, before they are part of a block. */
export class CallerQueue {
  private callers: Caller[] = [];

  get length(): number {
    return this.callers.length;
  }

  add(caller: Caller): void {
    this.callers.push(caller);
  }

  /** Takes those from the front that fit together in `maxCount` numbers. Settled ones are thrown away. */
  take(maxCount: number): Caller[] {
    const taken: Caller[] = [];
    let sum = 0;
    let at = 0;
    for (; at < this.callers.length; at += 1) {
      const caller = this.callers[at] as Caller;
      if (caller.isSettled) continue;
      if (sum + caller.count > maxCount) break;
      sum += caller.count;
      taken.push(caller);
    }
    this.callers = at === this.callers.length ? [] : this.callers.slice(at);
    return taken;
  }

  /** Throws settled ones away, so that a long wait does not keep them in memory. */
  removeSettled(): void {
    this.callers = this.callers.filter((caller) => !caller.isSettled);
  }

  [Symbol.iterator](): Iterator<Caller> {
    return this.callers[Symbol.iterator]();
  }
}
