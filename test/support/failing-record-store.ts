import { MemoryRecordStore } from "../../firmware/storage/memory-record-store.js";
import { MAX_RECORD_BYTES, RECORD_FOUND, type RecordStore } from "../../firmware/storage/record-store.js";

/** A record store whose flash can wear out, and whose record can be looked at and changed. */
export class FailingRecordStore implements RecordStore {
  /** Writes that still succeed. */
  writesLeft = Number.POSITIVE_INFINITY;
  writes = 0;
  /** What `read` says, where it is not what it found. */
  readResult: number | undefined;
  /** Length of the newest record. */
  length = 0;
  private readonly memory = new MemoryRecordStore();

  read(into: Uint8Array): number {
    const found = this.memory.read(into);
    return this.readResult ?? found;
  }

  write(bytes: Uint8Array, length: number): boolean {
    this.writes += 1;
    if (this.writesLeft <= 0) return false;
    this.writesLeft -= 1;
    this.length = length;
    return this.memory.write(bytes, length);
  }

  /** A copy of the newest record. */
  record(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(MAX_RECORD_BYTES);
    if (this.memory.read(bytes) !== RECORD_FOUND) throw new Error("no record was written");
    return bytes.slice(0, this.length);
  }

  /** A store that holds the same record, changed. */
  changed(change: (bytes: Uint8Array, view: DataView) => void): FailingRecordStore {
    const bytes = this.record();
    change(bytes, new DataView(bytes.buffer));
    const store = new FailingRecordStore();
    store.write(bytes, bytes.length);
    return store;
  }
}
