/**
 * Exact unsigned 64-bit numbers in two 32-bit halves. A double is inexact from 2^53 on, and a `bigint` allocates
 * at every step; this changes in place and allocates only when it is made.
 */
export class Uint64 {
  /** Upper 32 bits, 0 to 2^32-1. */
  high: number;
  /** Lower 32 bits, 0 to 2^32-1. */
  low: number;

  constructor(high = 0, low = 0) {
    this.high = high >>> 0;
    this.low = low >>> 0;
  }

  set(high: number, low: number): this {
    this.high = high >>> 0;
    this.low = low >>> 0;
    return this;
  }

  copy(from: Uint64): this {
    this.high = from.high;
    this.low = from.low;
    return this;
  }

  /**
   * Adds `count` (0 to 2^32-1) in place.
   * @returns false, and leaves the number as it was, where the sum would not fit in 64 bits.
   */
  add(count: number): boolean {
    const low = this.low + count;
    if (low < TWO_32) {
      this.low = low;
      return true;
    }
    if (this.high === MAX_HALF) return false;
    this.low = low - TWO_32;
    this.high += 1;
    return true;
  }

  /** Takes over `other` where that is larger. */
  raiseTo(other: Uint64): void {
    if (this.compare(other) < 0) this.copy(other);
  }

  /** @returns a negative number, zero or a positive number as this is less than, equal to or above `other`. */
  compare(other: Uint64): number {
    return this.high === other.high ? this.low - other.low : this.high - other.high;
  }

  isZero(): boolean {
    return this.high === 0 && this.low === 0;
  }

  /**
   * How far this lies above `other`, and never more than `limit` (0 to 2^32-1).
   * @returns 0 where it lies at or below it.
   */
  distanceAbove(other: Uint64, limit: number): number {
    if (this.compare(other) <= 0) return 0;
    const highs = this.high - other.high;
    if (highs > 1) return limit;
    const distance = highs * TWO_32 + this.low - other.low;
    return Math.min(distance, limit);
  }
}

const TWO_32 = 0x1_0000_0000;
const MAX_HALF = 0xffff_ffff;

/**
 * 2^63, the end of the numbers: a ceiling may be as high, a number never. 2^63-1 is the largest signed `bigint` of a
 * database. Nobody changes it.
 */
export const NUMBER_LIMIT: Uint64 = new Uint64(0x8000_0000, 0);
