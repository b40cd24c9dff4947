import { MAX_BLOCK_COUNT, MAX_BLOCKS_IN_FLIGHT } from "../wire/constants.js";
import type { Uint64 } from "../wire/uint64.js";

/** In the place of a tag: none. */
export const NO_TAG = -1;

/** A block that the host waits for, or has waited for. */
export class HostBlock {
  isOpen = false;
  /** `NO_TAG` where it was closed without numbers. */
  tag = NO_TAG;
  count = 0;
  /** The first of its numbers, in halves. Means nothing while it is open. */
  firstHigh = 0;
  firstLow = 0;
  openedUs = 0;
  /** The one that came next, of those that wait or that one request asks for; null: the last. */
  next: HostBlock | null = null;
  /** The next of all blocks, in a ring. */
  after: HostBlock = this;
}

/**
 * The open blocks of the host, at most `MAX_BLOCKS_IN_FLIGHT`, and in the order of their coming those that no request asks for yet.
 * The newest answered ones are remembered, as the host may ask again for one whose answer is still on its way to it, or was lost:
 * it would get numbers that it does not wait for any more, and those would be skipped.
 */
export class HostBlocks {
  /**
   * The newest tag that the host has used since `clear`, `NO_TAG`: none. Tags rise, from 2^32 - 1 to 0, so mostly one look tells that
   * the host does not repeat itself. Whoever adds keeps it.
   */
  newestTag = NO_TAG;
  /** All that the host waits for, asked for or not. */
  openCount = 0;
  /** The one that has waited longest to be asked for; null: none waits. */
  oldest: HostBlock | null = null;
  /** Numbers of the blocks that `take` returned last. */
  takenCount = 0;
  /** The block that came last. Blocks are closed in the order of their coming, so the one after it was closed longest ago. */
  private last: HostBlock;
  private newest: HostBlock | null = null;
  private readonly all: HostBlock[] = [];

  constructor() {
    this.last = new HostBlock();
    this.all.push(this.last);
    while (this.all.length < MAX_BLOCKS_IN_FLIGHT) {
      const block = new HostBlock();
      block.after = this.last.after;
      this.last.after = block;
      this.all.push(block);
    }
  }

  get isFull(): boolean {
    return this.openCount === MAX_BLOCKS_IN_FLIGHT;
  }

  isOpen(tag: number): boolean {
    if (this.openCount === 0) return false;
    for (const block of this.all) if (block.isOpen && block.tag === tag) return true;
    return false;
  }

  /** Fills `first` with the first number of the block of that tag and count. @returns false where no answer to such a one is remembered. */
  recall(tag: number, count: number, first: Uint64): boolean {
    for (const block of this.all) {
      if (block.isOpen || block.tag !== tag || block.count !== count) continue;
      first.set(block.firstHigh, block.firstLow);
      return true;
    }
    return false;
  }

  /** Lets a block of `count` numbers, 1 to `MAX_BLOCK_COUNT`, wait behind all others. Only where not all are open. */
  add(tag: number, count: number, nowUs: number): void {
    let block = this.last.after;
    while (block.isOpen) block = block.after;
    this.last = block;
    block.isOpen = true;
    block.tag = tag;
    block.count = count;
    block.openedUs = nowUs;
    block.next = null;
    if (this.newest === null) this.oldest = block;
    else this.newest.next = block;
    this.newest = block;
    this.openCount += 1;
  }

  /** As `add` and `take`, of a block that does not wait, as it is the only one. Only where none is open. */
  addOnly(tag: number, count: number, nowUs: number): HostBlock {
    const block = this.last.after;
    this.last = block;
    block.isOpen = true;
    block.tag = tag;
    block.count = count;
    block.openedUs = nowUs;
    block.next = null;
    this.openCount = 1;
    return block;
  }

  /**
   * Takes the oldest of those that wait, and with it the next ones as long as all together are no more than one request may
   * ask for. Only while one waits.
   * @param together false: takes one only.
   * @returns the first of them; the others follow as `next`.
   */
  take(together: boolean): HostBlock {
    const first = this.oldest as HostBlock;
    let last = first;
    let count = first.count;
    while (together && last.next !== null && count + last.next.count <= MAX_BLOCK_COUNT) {
      last = last.next;
      count += last.count;
    }
    this.takenCount = count;
    this.oldest = last.next;
    if (this.oldest === null) this.newest = null;
    last.next = null;
    return first;
  }

  /** Lets blocks that were taken wait again, in front of all others. */
  putBack(first: HostBlock): void {
    let last = first;
    while (last.next !== null) last = last.next;
    last.next = this.oldest;
    if (this.newest === null) this.newest = last;
    this.oldest = first;
  }

  /** Ends a block that was taken, whose numbers begin with the one of these halves, signed or not. */
  answer(block: HostBlock, firstHigh: number, firstLow: number): void {
    block.firstHigh = firstHigh;
    block.firstLow = firstLow;
    block.isOpen = false;
    this.openCount -= 1;
  }

  /** Ends a block that was taken and gets no numbers. */
  close(block: HostBlock): void {
    block.tag = NO_TAG;
    block.isOpen = false;
    this.openCount -= 1;
  }

  /** Ends all, and forgets what was answered: another session may use the same tags. */
  clear(): void {
    for (const block of this.all) {
      block.tag = NO_TAG;
      block.isOpen = false;
    }
    this.openCount = 0;
    this.newestTag = NO_TAG;
    this.oldest = null;
    this.newest = null;
  }
}
