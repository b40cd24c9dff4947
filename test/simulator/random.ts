const TWO_32 = 0x1_0000_0000;

/**
 * Small fast generator (sfc32): the only source of chance in a simulation. Integer arithmetic and divisions only, so
 * that one seed means one run on every machine.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** @param stream keeps the users of one seed apart: what one of them draws does not shift what the others get. */
  constructor(seed: number, stream: number) {
    this.a = seed | 0;
    this.b = stream | 0;
    this.c = 0x9e3779b9 | 0;
    for (let round = 0; round < 15; round += 1) this.uint32();
  }

  /** @returns 0 to 2^32-1. */
  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + sum) | 0;
    return sum >>> 0;
  }

  /** @returns 0 up to, but not, 1. */
  unit(): number {
    return this.uint32() / TWO_32;
  }

  /** @returns an integer from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  /** @returns an integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.unit() < probability;
  }

  /** @returns an integer of that mean, mostly smaller and at times three times as large. Without a logarithm. */
  around(mean: number): number {
    const draw = this.unit();
    return Math.floor(3 * mean * draw * draw);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** Shuffles in place. */
  shuffle<Item>(items: Item[]): Item[] {
    for (let at = items.length - 1; at > 0; at -= 1) {
      const other = this.below(at + 1);
      const item = items[at] as Item;
      items[at] = items[other] as Item;
      items[other] = item;
    }
    return items;
  }
}
