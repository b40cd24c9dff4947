import { MAX_BLOCK_COUNT, MAX_BLOCKS_IN_FLIGHT } from "../wire/constants.js";

const NO_TAG = -1;

/** A block that the host waits for. */
export class HostBlock {
  isOpen = false;
  tag = 0;
  count = 0;
  openedUs = 0;
  /** The one that came next, of those that wait or that one request asks for; another one that is not open; null: the last. */
  next: HostBlock | null = null;
}

/** The open blocks of the host, at most `MAX_BLOCKS_IN_FLIGHT`, and in the order of their coming those that no request asks for yet. */
export class HostBlocks {
  /** All that the host waits for, asked for or not. */
  openCount = 0;
  /** The one that has waited longest to be asked for; null: none waits. */
  oldest: HostBlock | null = null;
  /** Numbers of the blocks that `take` returned last. */
  takenCount = 0;
  private newest: HostBlock | null = null;
  /** No tag above it is open. Hosts count their tags up, so mostly that says enough. */
  private highestTag = NO_TAG;
  /** The first of those that are not open. */
  private unused: HostBlock | null = null;
  private readonly all: HostBlock[] = [];

  constructor() {
    for (let at = 0; at < MAX_BLOCKS_IN_FLIGHT; at += 1) this.all.push(new HostBlock());
    this.clear();
  }

  get isFull(): boolean {
    return this.openCount === MAX_BLOCKS_IN_FLIGHT;
  }

  isOpen(tag: number): boolean {
    if (tag > this.highestTag) return false;
    for (const block of this.all) if (block.isOpen && block.tag === tag) return true;
    return false;
  }

  /** Lets a block of `count` numbers, 1 to `MAX_BLOCK_COUNT`, wait behind all others. Only where not all are open. */
  add(tag: number, count: number, nowUs: number): void {
    const block = this.unused as HostBlock;
    this.unused = block.next;
    if (tag > this.highestTag) this.highestTag = tag;
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

  /** Ends a block that was taken. @returns the one behind it. */
  close(block: HostBlock): HostBlock | null {
    const { next } = block;
    block.isOpen = false;
    block.next = this.unused;
    this.unused = block;
    this.openCount -= 1;
    if (this.openCount === 0) this.highestTag = NO_TAG;
    return next;
  }

  /** Ends all. */
  clear(): void {
    this.unused = null;
    for (const block of this.all) {
      block.isOpen = false;
      block.next = this.unused;
      this.unused = block;
    }
    this.highestTag = NO_TAG;
    this.openCount = 0;
    this.oldest = null;
    this.newest = null;
  }
}
