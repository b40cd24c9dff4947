import { LOWER_BYTES, WORD_BODY, WORD_FABRIC } from "./header.js";
import type { Uint64 } from "./uint64.js";

/** View numbers are (round << 8 | card id), 40 bits: 32 bits of rounds outlast a view change a second for a century. */
export const VIEW_BYTES = 5;

const TWO_31 = 0x8000_0000;

/** Writes a view number, 0 to 2^40-1. */
export function writeView(view: DataView, offset: number, number: number): void {
  const low = number % 256;
  view.setUint8(offset, low);
  view.setUint32(offset + 1, (number - low) / 256, true);
}

export function readView(view: DataView, offset: number): number {
  return view.getUint32(offset + 1, true) * 256 + view.getUint8(offset);
}

/** Writes the view number with which the body of a frame between cards begins, into `FrameBuffer.words`. */
export function viewToWords(words: Int32Array, number: number): void {
  const low = number & 0xff;
  words[WORD_FABRIC] = ((words[WORD_FABRIC] as number) & LOWER_BYTES) | (low << 24);
  // Mostly so, and without a division, which has XS go on with a double.
  words[WORD_BODY] = number < TWO_31 ? number >> 8 : (number - low) / 256;
}

export function viewOfWords(words: Int32Array): number {
  return ((words[WORD_BODY] as number) >>> 0) * 256 + ((words[WORD_FABRIC] as number) >>> 24);
}

export function writeUint64(view: DataView, offset: number, value: Uint64): void {
  view.setUint32(offset, value.low, true);
  view.setUint32(offset + 4, value.high, true);
}

/** Reads into `into`, which it changes in place. */
export function readUint64(view: DataView, offset: number, into: Uint64): void {
  into.low = view.getUint32(offset, true);
  into.high = view.getUint32(offset + 4, true);
}
