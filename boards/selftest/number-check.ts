import { Uint64 } from "../../firmware/wire/uint64.js";

/**
 * Watches what hosts ask for and get, and knows nothing of the cards. Without a fault the numbers have no gap, so a
 * run of `total` numbers from `first` on must deliver each of them exactly once.
 */
export class NumberCheck {
  delivered = 0;
  /** Numbers delivered twice or more often. */
  duplicates = 0;
  /** Numbers below `first` or above the last one expected. */
  strangers = 0;
  /** Numbers that are not greater than one that was delivered anywhere before their request was made. */
  disordered = 0;
  /** The highest number delivered so far, to be kept with each request when it is made. */
  readonly highest = new Uint64();
  private readonly first = new Uint64();
  private readonly seen: Uint8Array;
  private readonly number = new Uint64();

  constructor(first: Uint64, total: number) {
    this.first.copy(first);
    this.seen = new Uint8Array(total);
  }

  /** @returns how many of the expected numbers nobody has got. */
  get missing(): number {
    let missing = 0;
    for (const times of this.seen) {
      if (times === 0) missing += 1;
    }
    return missing;
  }

  /** Takes a block, and the highest number that had been delivered when it was asked for. */
  deliver(first: Uint64, count: number, highestWhenAsked: Uint64): void {
    const { number, seen } = this;
    number.copy(first);
    for (let index = 0; index < count; index += 1) {
      const place = number.distanceAbove(this.first, seen.length);
      if (number.compare(this.first) < 0 || place === seen.length) this.strangers += 1;
      else if (seen[place] === 0) seen[place] = 1;
      else this.duplicates += 1;
      if (number.compare(highestWhenAsked) <= 0) this.disordered += 1;
      this.highest.raiseTo(number);
      this.delivered += 1;
      number.add(1);
    }
  }
}
