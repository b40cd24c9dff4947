import type { Board } from "../../boards/emulated/chip/board.js";

const RAM_START = 0x2000_0000;
/** What the C library may give more than it was asked for. */
const ALLOCATION_EXTRA_BYTES = 32;

/** What the JavaScript engine of a board has ever used of the memory that its manifest gives it. */
export interface HeapUse {
  readonly totalBytes: number;
  readonly usedBytes: number;
}

/**
 * Chunks grow up and slots grow down in the engine's memory, and an emulated board's RAM is zero at power-on: the longest
 * stretch of zeros between them was never written.
 * @param totalBytes `creation.static` of the manifest.
 * @returns undefined where no such memory is found.
 */
export function readHeapUse(board: Board, totalBytes: number): HeapUse | undefined {
  const { sram, sramView } = board.chip;
  const offsetAt = (at: number): number => sramView.getUint32(at, true) - RAM_START;
  for (let at = 0; at + 12 <= sram.length; at += 4) {
    // Where it starts, where its chunks end and where its slots begin stand side by side in the engine's own record.
    const start = offsetAt(at);
    const chunksEnd = offsetAt(at + 4);
    const slotsStart = offsetAt(at + 8);
    const end = start + totalBytes;
    if (start < 4 || chunksEnd < start || slotsStart < chunksEnd || slotsStart > end || end > sram.length)
      continue;
    // In front of it, the C library keeps the length of what it gave.
    const given = (sramView.getUint32(start - 4, true) & ~7) - totalBytes;
    if (given < 0 || given > ALLOCATION_EXTRA_BYTES) continue;
    return { totalBytes, usedBytes: totalBytes - longestZeros(sram.subarray(start, end)) };
  }
  return undefined;
}

function longestZeros(bytes: Uint8Array): number {
  let longest = 0;
  let length = 0;
  for (const byte of bytes) {
    length = byte === 0 ? length + 1 : 0;
    if (length > longest) longest = length;
  }
  return longest;
}
