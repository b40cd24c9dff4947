import type { Uint64 } from "../firmware/wire/uint64.js";

/** The largest number that is ever issued, and the largest signed 64-bit column value. */
export const MAX_NUMBER = 2n ** 63n - 1n;

/** A number as the wire has it, as a `bigint`. A double would repeat numbers from 2^53 on. */
export function toBigint(value: Uint64): bigint {
  return value.high === 0 ? BigInt(value.low) : (BigInt(value.high) << 32n) | BigInt(value.low);
}

/** @param value 0 to 2^64-1. */
export function setFromBigint(into: Uint64, value: bigint): void {
  into.set(Number(value >> 32n), Number(value & 0xffff_ffffn));
}

/** @param held one above the newest number, or 0 for none. @returns the newest number, 0n for none. */
export function newestBelow(held: Uint64): bigint {
  return held.isZero() ? 0n : toBigint(held) - 1n;
}
