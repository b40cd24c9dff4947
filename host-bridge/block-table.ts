import type { Caller } from "./caller.js";
import type { SequenceError } from "./errors.js";
import { NOT_READY_RETRY_MS, SILENT_RETRY_MS } from "./timing.js";

/** A block that was asked for. Its count and its callers never change, or an old number could serve a new caller. */
interface Block {
  tag: number;
  readonly count: number;
  readonly callers: readonly Caller[];
  askAtMs: number;
  /** Why it was refused last, while it waits to be asked again. */
  refusedFor: SequenceError | null;
}

/** The blocks in flight, and when each is to be asked for again. */
export class BlockTable {
  private readonly blocks = new Map<number, Block>();
  private readonly ask: (tag: number, count: number) => void;
  private nextTag: number;

  /** @param ask sends a request; a frame that is lost or finds no room is asked for again after a while. */
  constructor(firstTag: number, ask: (tag: number, count: number) => void) {
    this.nextTag = firstTag >>> 0;
    this.ask = ask;
  }

  get size(): number {
    return this.blocks.size;
  }

  /** Whether a block waits for a fabric that is not ready. New callers then wait too: one larger block does for all. */
  get hasRefused(): boolean {
    for (const block of this.blocks.values()) if (block.refusedFor !== null) return true;
    return false;
  }

  /** When `tick` is to be called, `Infinity` for never. */
  get wakeUpMs(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const block of this.blocks.values()) earliest = Math.min(earliest, block.askAtMs);
    return earliest;
  }

  open(callers: readonly Caller[], nowMs: number): void {
    const count = callers.reduce((sum, caller) => sum + caller.count, 0);
    const block: Block = { tag: 0, count, callers, askAtMs: 0, refusedFor: null };
    this.askUnderNewTag(block, nowMs);
  }

  /** @returns how many numbers the block of that tag asks for, 0 where there is none such. */
  countOf(tag: number): number {
    return this.blocks.get(tag)?.count ?? 0;
  }

  /** Takes a block out that was answered, or refused for good. @returns its callers, or null where there is none such. */
  take(tag: number): readonly Caller[] | null {
    const block = this.blocks.get(tag);
    if (block === undefined) return null;
    this.blocks.delete(tag);
    return block.callers;
  }

  /** Lets a refused block wait until the fabric is ready. @returns false where there is no such block. */
  hold(tag: number, reason: SequenceError, nowMs: number): boolean {
    const block = this.blocks.get(tag);
    if (block === undefined) return false;
    block.refusedFor = reason;
    block.askAtMs = nowMs + NOT_READY_RETRY_MS;
    return true;
  }

  /** Asks again for what was refused: the fabric says that it is ready. */
  askRefused(nowMs: number): void {
    for (const block of this.blocks.values()) {
      if (block.refusedFor !== null) this.askSameTag(block, nowMs);
    }
  }

  /** Asks again for everything under new tags, in a new session: no answer of the old one can match. */
  askAllAgain(nowMs: number): void {
    const blocks = [...this.blocks.values()];
    this.blocks.clear();
    for (const block of blocks) this.askUnderNewTag(block, nowMs);
  }

  /** Asks again for what is due. */
  tick(nowMs: number): void {
    for (const block of this.blocks.values()) {
      if (block.askAtMs <= nowMs) this.askSameTag(block, nowMs);
    }
  }

  /** Forgets blocks that nobody waits for any more. */
  removeSettled(): void {
    for (const block of this.blocks.values()) {
      if (block.callers.every((caller) => caller.isSettled)) this.blocks.delete(block.tag);
    }
  }

  /** Every caller, with the reason why its block was refused last, if it was. */
  *callers(): Generator<[Caller, SequenceError | null]> {
    for (const block of this.blocks.values()) {
      for (const caller of block.callers) yield [caller, block.refusedFor];
    }
  }

  private askUnderNewTag(block: Block, nowMs: number): void {
    block.tag = this.nextTag;
    this.nextTag = (this.nextTag + 1) >>> 0;
    this.blocks.set(block.tag, block);
    this.askSameTag(block, nowMs);
  }

  private askSameTag(block: Block, nowMs: number): void {
    if (block.callers.every((caller) => caller.isSettled)) {
      this.blocks.delete(block.tag);
      return;
    }
    block.refusedFor = null;
    block.askAtMs = nowMs + SILENT_RETRY_MS;
    this.ask(block.tag, block.count);
  }
}
