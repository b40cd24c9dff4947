import { PowerCut } from "../../boards/virtual/memory-flash.js";
import { FlashLog } from "../../firmware/storage/flash-log.js";
import { MemoryRecordStore } from "../../firmware/storage/memory-record-store.js";
import {
  MAX_RECORD_BYTES,
  RECORD_BLANK,
  type RecordStore,
  type StoreUpkeep,
} from "../../firmware/storage/record-store.js";
import type { Random } from "./random.js";
import { type LogSize, SimulatedFlash } from "./simulated-flash.js";

/** What comes of the next write. */
export type WriteFate =
  | "kept"
  /** Power fails before the record is whole: in a log at any byte of a page. Without a log the earlier record counts. */
  | "cut-before"
  /** Power fails when the record is whole, and before anything that depends on it goes out. */
  | "cut-after"
  /** The flash reports a failure, and the record is not there. In a log some of it may be, also all. */
  | "failed-lost"
  /** The flash reports a failure, and the record is there after all, as the next boot will find. */
  | "failed-kept";

/** The flash of one card with what keeps records in it: the firmware's own log, or a plain memory. It outlives boots. */
export class SimulatedStorage implements RecordStore {
  nextFate: WriteFate = "kept";
  /** A write has failed since the last boot. */
  hasFailed = false;
  private readonly size: LogSize | undefined;
  private readonly random: Random;
  private flash: SimulatedFlash | undefined;
  private store: RecordStore;

  /** @param size of the log; undefined: a memory that takes no time. */
  constructor(size: LogSize | undefined, random: Random) {
    this.size = size;
    this.random = random;
    this.store = this.insertChip();
  }

  get upkeep(): StoreUpkeep | undefined {
    return this.store.upkeep;
  }

  /** Time that the flash has needed in this turn. */
  get busyUs(): number {
    return this.flash?.busyUs ?? 0;
  }

  get hasErased(): boolean {
    return this.flash?.hasErased ?? false;
  }

  /** Erases so far. */
  get erases(): number {
    return this.flash?.erases ?? 0;
  }

  beginTurn(): void {
    if (this.flash === undefined) return;
    this.flash.busyUs = 0;
    this.flash.hasErased = false;
  }

  /** The card gets power: what it knew of its flash is gone. */
  boot(): void {
    this.hasFailed = false;
    if (this.flash === undefined) return;
    this.flash.powerOn();
    this.store = new FlashLog(this.flash);
  }

  /** Lets the power fail in the next erase, where there is one. */
  cutNextErase(): void {
    if (this.flash !== undefined) this.flash.cutsErase = true;
  }

  /** Nothing more goes wrong. */
  disarm(): void {
    this.nextFate = "kept";
    if (this.flash !== undefined) this.flash.cutsErase = false;
  }

  read(into: Uint8Array): number {
    return this.store.read(into);
  }

  write(bytes: Uint8Array, length: number): boolean {
    const fate = this.nextFate;
    this.nextFate = "kept";
    if (fate === "cut-before") this.cutBefore();
    if (this.flash !== undefined) this.flash.failsPrograms = fate === "failed-lost";
    const isLost = fate === "failed-lost" && this.flash === undefined;
    const written = isLost ? false : this.store.write(bytes, length);
    if (fate === "cut-after" || fate === "cut-before") throw new PowerCut();
    if (fate !== "kept") this.hasFailed = true;
    return fate === "kept" && written;
  }

  /** A new chip in the same socket. */
  wipe(): void {
    this.store = this.insertChip();
    this.nextFate = "kept";
  }

  private insertChip(): RecordStore {
    this.flash = this.size === undefined ? undefined : new SimulatedFlash(this.size, this.random);
    return this.flash === undefined ? new MemoryRecordStore() : new FlashLog(this.flash);
  }

  /** A card whose very first record was torn is damaged, and its life is over: that is not what is to be tried here. */
  private cutBefore(): void {
    const isBlank = this.store.read(new Uint8Array(MAX_RECORD_BYTES)) === RECORD_BLANK;
    if (this.flash === undefined || isBlank) throw new PowerCut();
    this.flash.cutsProgram = true;
  }
}
