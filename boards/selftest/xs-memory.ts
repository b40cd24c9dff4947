import type { MemoryUse } from "./memory-gauge.js";

/** The C functions that stand beside this file. XS links them for good where a method does nothing but call one. */
class XsMemory {
  slotBytes(): number {
    return native("xs_selftest_slot_bytes").call(this);
  }

  chunkBytes(): number {
    return native("xs_selftest_chunk_bytes").call(this);
  }
}

/** Asks the XS engine, which collects its garbage first. */
export function xsMemoryInUse(): MemoryUse {
  const memory = new XsMemory();
  return { slotBytes: memory.slotBytes(), chunkBytes: memory.chunkBytes() };
}
