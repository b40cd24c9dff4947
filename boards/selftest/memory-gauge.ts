/** Bytes that XS keeps: slots are its values and properties, chunks its buffers, strings and byte code. */
export interface MemoryUse {
  readonly slotBytes: number;
  readonly chunkBytes: number;
}

/** Tells how much memory is in use, garbage left out. */
export type MemoryGauge = () => MemoryUse;

/** @returns what was taken from `before` to `after`. */
export function memoryBetween(before: MemoryUse, after: MemoryUse): MemoryUse {
  return {
    slotBytes: after.slotBytes - before.slotBytes,
    chunkBytes: after.chunkBytes - before.chunkBytes,
  };
}
