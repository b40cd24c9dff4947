import { MAX_BLOCK_COUNT, MAX_BLOCKS_IN_FLIGHT } from "../wire/constants.js";

/** A block that the host waits for. */
export class HostBlock {
  isOpen = false;
  tag = 0;
  count = 0;
  openedUs = 0;
  /** The one that came next, of those that wait or that one request asks for; null: the last. */
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
  private readonly all: HostBlock[] = [];

  constructor() {
    for (let at = 0; at < MAX_BLOCKS_IN_FLIGHT; at += 1) this.all.push(new HostBlock());
  }

  get isFull(): boolean {
    return this.openCount === MAX_BLOCKS_IN_FLIGHT;
  }

  isOpen(tag: number): boolean {
    if (this.openCount === 0) return false;
    for (const block of this.all) if (block.isOpen && block.tag === tag) return true;
    return false;
  }

  /** Lets a block of `count` numbers, 1 to `MAX_BLOCK_COUNT`, wait behind all others. Only where not all are open. */
  add(tag: number, count: number, nowUs: number): void {
    let at = 0;
    while ((this.all[at] as HostBlock).isOpen) at += 1;
    const block = this.all[at] as HostBlock;
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

  /** Ends a block that was taken. */
  close(block: HostBlock): void {
    block.isOpen = false;
    this.openCount -= 1;
  }

  /** Ends all. */
  clear(): void {
    for (const block of this.all) block.isOpen = false;
    this.openCount = 0;
    this.oldest = null;
    this.newest = null;
  }
}
