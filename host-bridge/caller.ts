import type { SequenceError } from "./errors.js";

/** One call that waits for `count` numbers in a row. It is settled once, whatever comes later. */
export class Caller {
  readonly count: number;
  readonly deadlineMs: number;
  /** Whether it got its numbers. */
  isServed = false;
  private onFirst: ((first: bigint) => void) | null;
  private onError: ((error: SequenceError) => void) | null;

  /** @param onFirst is handed the first of the `count` numbers. */
  constructor(
    count: number,
    deadlineMs: number,
    onFirst: (first: bigint) => void,
    onError: (error: SequenceError) => void,
  ) {
    this.count = count;
    this.deadlineMs = deadlineMs;
    this.onFirst = onFirst;
    this.onError = onError;
  }

  get isSettled(): boolean {
    return this.onFirst === null;
  }

  deliver(first: bigint): void {
    const { onFirst } = this;
    this.onFirst = null;
    this.onError = null;
    this.isServed ||= onFirst !== null;
    onFirst?.(first);
  }

  fail(error: SequenceError): void {
    const { onError } = this;
    this.onFirst = null;
    this.onError = null;
    onError?.(error);
  }
}
