import type { MemoryUse } from "./memory-gauge.js";

/** Asks the XS engine, which collects its garbage first. Its C half stands beside it. */
export function xsMemoryInUse(): MemoryUse {
  return {
    slotBytes: native("xs_selftest_slot_bytes")(),
    chunkBytes: native("xs_selftest_chunk_bytes")(),
  };
}
