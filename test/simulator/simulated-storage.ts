import { MemoryRecordStore } from "../../firmware/storage/memory-record-store.js";
import type { RecordStore } from "../../firmware/storage/record-store.js";

/** Thrown out of a card's turn when the power goes: nothing that would have followed in that turn happens. */
export class PowerCut extends Error {}

/** What comes of the next write. */
export type WriteFate =
  | "kept"
  /** Power fails before the record is whole: the earlier one counts. */
  | "cut-before"
  /** Power fails when the record is whole, and before anything that depends on it goes out. */
  | "cut-after"
  /** The flash reports a failure, and the record is not there. */
  | "failed-lost"
  /** The flash reports a failure, and the record is there after all, as the next boot will find. */
  | "failed-kept";

/** The flash of one card. It outlives its card's boots. */
export class SimulatedStorage implements RecordStore {
  nextFate: WriteFate = "kept";
  /** A write has failed since the last boot. */
  hasFailed = false;
  private store = new MemoryRecordStore();

  read(into: Uint8Array): number {
    return this.store.read(into);
  }

  write(bytes: Uint8Array, length: number): boolean {
    const fate = this.nextFate;
    this.nextFate = "kept";
    if (fate === "cut-before") throw new PowerCut();
    const written = fate === "failed-lost" ? false : this.store.write(bytes, length);
    if (fate === "cut-after") throw new PowerCut();
    if (fate !== "kept") this.hasFailed = true;
    return fate === "kept" && written;
  }

  /** A new chip in the same socket. */
  wipe(): void {
    this.store = new MemoryRecordStore();
    this.nextFate = "kept";
  }
}
