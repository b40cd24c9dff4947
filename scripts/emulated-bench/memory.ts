import type { Board } from "../../boards/emulated/chip/board.js";

const RAM_START = 0x2000_0000;

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
  for (let at = 0; at + 12 <= sram.length; at += 4) {
    const start = sramView.getUint32(at, true) - RAM_START;
    // Its start, the end of its chunks, and its end stand side by side in the engine's own record.
    const end = sramView.getUint32(at + 8, true) - RAM_START;
    if (start < 0 || end - start !== totalBytes || end > sram.length) continue;
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
