import { MAX_BLOCK_COUNT } from "../firmware/wire/constants.js";
import { BlockTable } from "./block-table.js";
import type { Caller } from "./caller.js";
import { CallerQueue } from "./caller-queue.js";
import { SequenceError } from "./errors.js";
import { MAX_WAITING_CALLERS } from "./timing.js";

/** The calls for numbers: those that wait for a block, and those in a block that is in flight. */
export class NumberCalls {
  /** Blocks that may be in flight at once, as the card told. */
  maxBlocks = 1;
  /** Called when nobody waits any more: for who is about to end. */
  onIdle: (() => void) | null = null;
  private readonly queue = new CallerQueue();
  private readonly blocks: BlockTable;
  /** At or before the first deadline of all calls. */
  private deadlineMs = Number.POSITIVE_INFINITY;

  constructor(firstTag: number, ask: (tag: number, count: number) => void) {
    this.blocks = new BlockTable(firstTag, ask);
  }

  get isIdle(): boolean {
    return this.blocks.size === 0 && this.queue.length === 0;
  }

  /** Whether callers wait and a block could go. While one waits for a ready fabric, the others wait for that one. */
  get canAsk(): boolean {
    return this.queue.length > 0 && this.blocks.size < this.maxBlocks && !this.blocks.hasRefused;
  }

  /** When `expire` is to be called, `Infinity` for never. */
  get earliestDeadlineMs(): number {
    return this.deadlineMs;
  }

  /** When `tick` is to be called while the line is open, `Infinity` for never. */
  get wakeUpMs(): number {
    return this.blocks.wakeUpMs;
  }

  /** Adds a call to those that wait. It becomes part of a block at the next `flush`, never of one in flight. */
  add(caller: Caller): void {
    if (this.queue.length >= MAX_WAITING_CALLERS) {
      caller.fail(
        new SequenceError(
          "BUSY",
          `${MAX_WAITING_CALLERS} calls wait already; wait for some, or ask for blocks`,
        ),
      );
      return;
    }
    this.queue.add(caller);
    this.deadlineMs = Math.min(this.deadlineMs, caller.deadlineMs);
  }

  /** Makes one block of everything that waits, or several where it is more than a block can hold. */
  flush(nowMs: number): void {
    while (this.canAsk) {
      const callers = this.queue.take(MAX_BLOCK_COUNT);
      if (callers.length > 0) this.blocks.open(callers, nowMs);
    }
  }

  /** @returns whether a block of that tag is in flight and asks for that many numbers. */
  isInFlight(tag: number, count: number): boolean {
    return count > 0 && this.blocks.countOf(tag) === count;
  }

  /** Serves the callers of a block in the order in which they called. @returns how many numbers nobody wanted any more. */
  answer(tag: number, first: bigint): number {
    let skipped = 0;
    let next = first;
    for (const caller of this.blocks.take(tag) ?? []) {
      if (caller.isSettled) skipped += caller.count;
      else caller.deliver(next);
      next += BigInt(caller.count);
    }
    this.checkIdle();
    return skipped;
  }

  /** Lets a refused block wait until the fabric is ready. @returns false where there is no such block. */
  hold(tag: number, reason: SequenceError, nowMs: number): boolean {
    return this.blocks.hold(tag, reason, nowMs);
  }

  /** Rejects the callers of a block. @returns false where there is no such block. */
  refuse(tag: number, error: SequenceError): boolean {
    const callers = this.blocks.take(tag);
    if (callers === null) return false;
    for (const caller of callers) caller.fail(error);
    this.checkIdle();
    return true;
  }

  /** The fabric is ready: asks again for what was refused. */
  askRefused(nowMs: number): void {
    this.blocks.askRefused(nowMs);
  }

  /** A new session: asks again for everything, under new tags. */
  askAllAgain(nowMs: number): void {
    this.blocks.askAllAgain(nowMs);
  }

  /** Asks again for what is due. */
  tick(nowMs: number): void {
    this.blocks.tick(nowMs);
  }

  /** Rejects the calls whose time is over. @param error is handed why the call's block was refused last. */
  expire(nowMs: number, error: (refusedFor: SequenceError | null) => SequenceError): void {
    if (nowMs < this.deadlineMs) return;
    this.deadlineMs = Number.POSITIVE_INFINITY;
    let refusedFor: SequenceError | null = null;
    for (const [caller, reason] of this.blocks.callers()) {
      refusedFor ??= reason;
      this.expireOne(caller, nowMs, () => error(reason));
    }
    for (const caller of this.queue) this.expireOne(caller, nowMs, () => error(refusedFor));
    this.removeSettled();
  }

  failAll(error: SequenceError): void {
    for (const [caller] of this.blocks.callers()) caller.fail(error);
    for (const caller of this.queue) caller.fail(error);
    this.removeSettled();
  }

  private expireOne(caller: Caller, nowMs: number, error: () => SequenceError): void {
    if (caller.isSettled) return;
    if (caller.deadlineMs <= nowMs) caller.fail(error());
    else this.deadlineMs = Math.min(this.deadlineMs, caller.deadlineMs);
  }

  private removeSettled(): void {
    this.blocks.removeSettled();
    this.queue.removeSettled();
    this.checkIdle();
  }

  private checkIdle(): void {
    if (this.onIdle !== null && this.isIdle) this.onIdle();
  }
}
