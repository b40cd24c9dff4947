import type { SequenceError } from "./errors.js";
import { SILENT_RETRY_MS } from "./timing.js";

/** One call that waits for what a card has to say. */
export interface Waiter<Value> {
  readonly deadlineMs: number;
  resolve(value: Value): void;
  reject(error: SequenceError): void;
}

/** A question to the card which is asked until it is answered; all who wait get the same answer. */
export class Exchange<Value> {
  /** How often the question of those who wait now was sent. */
  attempts = 0;
  private waiters: Waiter<Value>[] = [];
  private askAtMs = Number.POSITIVE_INFINITY;
  private readonly send: () => void;

  constructor(send: () => void) {
    this.send = send;
  }

  get isPending(): boolean {
    return this.waiters.length > 0;
  }

  /** When `tick` is to be called, `Infinity` for never. */
  get wakeUpMs(): number {
    return this.isPending ? this.askAtMs : Number.POSITIVE_INFINITY;
  }

  get earliestDeadlineMs(): number {
    return this.waiters.reduce(
      (earliest, { deadlineMs }) => Math.min(earliest, deadlineMs),
      Number.POSITIVE_INFINITY,
    );
  }

  add(waiter: Waiter<Value>): void {
    if (!this.isPending) this.attempts = 0;
    this.waiters.push(waiter);
  }

  /** Asks, or asks again, where somebody waits. */
  ask(nowMs: number): void {
    if (!this.isPending) return;
    this.attempts += 1;
    this.askAtMs = nowMs + SILENT_RETRY_MS;
    this.send();
  }

  tick(nowMs: number): void {
    if (this.askAtMs <= nowMs) this.ask(nowMs);
  }

  resolve(value: Value): void {
    for (const waiter of this.takeAll()) waiter.resolve(value);
  }

  reject(error: SequenceError): void {
    for (const waiter of this.takeAll()) waiter.reject(error);
  }

  /** Ends the waiting of those whose time is over. */
  expire(nowMs: number, error: () => SequenceError): void {
    const over = this.waiters.filter(({ deadlineMs }) => deadlineMs <= nowMs);
    this.waiters = this.waiters.filter(({ deadlineMs }) => deadlineMs > nowMs);
    for (const waiter of over) waiter.reject(error());
  }

  private takeAll(): Waiter<Value>[] {
    const { waiters } = this;
    this.waiters = [];
    return waiters;
  }
}
