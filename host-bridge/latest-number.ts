/**
 * The newest number that this process knows to exist, in memory that its worker threads can read too. It never goes
 * down, and it is a lower bound: other hosts may have newer numbers.
 */
export class LatestNumber {
  /** One signed 64-bit number; hand it to a worker and read it with `readLatest`. */
  readonly memory = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  private readonly cell = new BigInt64Array(this.memory);

  /** @returns 0n where no number is known yet. */
  read(): bigint {
    return Atomics.load(this.cell, 0);
  }

  /** Takes `number` over where it is larger. */
  raiseTo(number: bigint): void {
    let known = Atomics.load(this.cell, 0);
    while (number > known) {
      const found = Atomics.compareExchange(this.cell, 0, known, number);
      if (found === known) return;
      known = found;
    }
  }
}

/** Reads the newest known number from `Sequence.memory`, in any thread, without a call to the card. */
export function readLatest(memory: SharedArrayBuffer): bigint {
  return Atomics.load(new BigInt64Array(memory), 0);
}
