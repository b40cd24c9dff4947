import type { SequenceError } from "./errors.js";
import type { Waiter } from "./exchange.js";

/** Questions that are told apart by a tag, asked once each, and answered once or not at all. */
export class TaggedCalls<Value> {
  private readonly open = new Map<number, Waiter<Value>>();
  private tag: number;

  /** @param firstTag 32 random bits: an answer to an earlier process must fit none of this one's. */
  constructor(firstTag: number) {
    this.tag = firstTag >>> 0;
  }

  get earliestDeadlineMs(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { deadlineMs } of this.open.values()) earliest = Math.min(earliest, deadlineMs);
    return earliest;
  }

  /** @returns the tag under which to ask. */
  add(waiter: Waiter<Value>): number {
    this.tag = (this.tag + 1) >>> 0;
    this.open.set(this.tag, waiter);
    return this.tag;
  }

  /** Hands over the answer. @returns false where nobody waits for it any more. */
  resolve(tag: number, value: Value): boolean {
    const waiter = this.open.get(tag);
    this.open.delete(tag);
    waiter?.resolve(value);
    return waiter !== undefined;
  }

  reject(error: SequenceError): void {
    const waiters = [...this.open.values()];
    this.open.clear();
    for (const waiter of waiters) waiter.reject(error);
  }

  /** Ends the waiting of those whose time is over. */
  expire(nowMs: number, error: () => SequenceError): void {
    for (const [tag, waiter] of this.open) {
      if (waiter.deadlineMs > nowMs) continue;
      this.open.delete(tag);
      waiter.reject(error());
    }
  }
}
