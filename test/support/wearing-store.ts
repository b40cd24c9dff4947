import type { StoreUpkeep } from "../../firmware/storage/record-store.js";
import { FailingRecordStore } from "./failing-record-store.js";

/** A record store that has to erase, as a log does: each write takes one of the writes that are free. */
export class WearingStore extends FailingRecordStore implements StoreUpkeep {
  /** Sectors that an erase would serve. */
  dirtySectors = 1_000;
  erases = 0;
  freeWrites: number;

  constructor(freeWrites: number) {
    super();
    this.freeWrites = freeWrites;
  }

  get upkeep(): StoreUpkeep {
    return this;
  }

  get needsErase(): boolean {
    return this.dirtySectors > 0;
  }

  eraseOne(): boolean {
    this.erases += 1;
    this.dirtySectors -= 1;
    this.freeWrites += 16;
    return true;
  }

  override write(bytes: Uint8Array, length: number): boolean {
    if (this.freeWrites === 0) return false;
    this.freeWrites -= 1;
    return super.write(bytes, length);
  }
}
