import { MAX_RECORD_BYTES, RECORD_BLANK, RECORD_FOUND, type RecordStore } from "./record-store.js";

/** A record store in memory: it outlives its card, not its process. */
export class MemoryRecordStore implements RecordStore {
  private readonly record = new Uint8Array(MAX_RECORD_BYTES);
  private written = false;

  read(into: Uint8Array): number {
    if (!this.written) return RECORD_BLANK;
    into.set(this.record);
    return RECORD_FOUND;
  }

  write(bytes: Uint8Array, length: number): boolean {
    if (length > MAX_RECORD_BYTES) return false;
    this.record.fill(0);
    this.record.set(bytes.subarray(0, length));
    this.written = true;
    return true;
  }
}
