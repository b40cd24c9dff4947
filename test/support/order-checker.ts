interface Asked {
  readonly count: number;
  /** The highest number that anybody had been given when this was asked for. */
  readonly above: bigint;
}

/**
 * Holds what hosts were given against promises P1 (unique) and P2 (greater than everything delivered before the asking).
 * It knows requests and answers, in the order in which they happened, and nothing of cards.
 */
export class OrderChecker {
  /** What was wrong, in words. */
  readonly faults: string[] = [];
  delivered = 0;
  private highest = 0n;
  private readonly open = new Map<string, Asked>();
  /** First and last of each block delivered, in rising order. */
  private readonly blocks: { readonly first: bigint; readonly last: bigint }[] = [];

  get openCount(): number {
    return this.open.size;
  }

  asked(host: number, tag: number, count: number): void {
    const name = `${host}/${tag}`;
    if (this.open.has(name)) throw new Error(`${name} is asked for twice`);
    this.open.set(name, { count, above: this.highest });
  }

  refused(host: number, tag: number): void {
    if (!this.open.delete(`${host}/${tag}`)) this.faults.push(`${host}/${tag} was refused, but is not open`);
  }

  answered(host: number, tag: number, first: bigint, count: number): void {
    const name = `${host}/${tag}`;
    const asked = this.open.get(name);
    this.open.delete(name);
    if (asked === undefined) {
      this.faults.push(`${name} was answered, but is not open`);
      return;
    }
    const last = first + BigInt(count) - 1n;
    if (count !== asked.count) this.faults.push(`${name} asked for ${asked.count} and got ${count}`);
    if (first < 1n || last >= 2n ** 63n)
      this.faults.push(`${name} got ${first}..${last}, which are no numbers`);
    if (first <= asked.above)
      this.faults.push(`${name} got ${first}, after ${asked.above} had been delivered`);
    this.insert(name, first, last);
    if (last > this.highest) this.highest = last;
    this.delivered += count;
  }

  private insert(name: string, first: bigint, last: bigint): void {
    let place = this.blocks.length;
    while (place > 0 && (this.blocks[place - 1]?.first as bigint) > first) place -= 1;
    const before = this.blocks[place - 1];
    const behind = this.blocks[place];
    if ((before !== undefined && before.last >= first) || (behind !== undefined && behind.first <= last)) {
      this.faults.push(`${name} got ${first}..${last}, of which some were delivered already`);
    }
    this.blocks.splice(place, 0, { first, last });
  }
}
