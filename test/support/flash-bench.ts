import { MemoryFlash, PowerCut } from "../../boards/virtual/memory-flash.js";
import type { Flash, FlashGeometry } from "../../firmware/storage/flash.js";
import type { FlashLog } from "../../firmware/storage/flash-log.js";
import { MAX_RECORD_BYTES, RECORD_BLANK, RECORD_FOUND } from "../../firmware/storage/record-store.js";
import { Random } from "./random.js";

export const PAGE_BYTES = 256;

export function geometryOf(sectorCount: number, pagesPerSector: number): FlashGeometry {
  return { pageBytes: PAGE_BYTES, sectorBytes: PAGE_BYTES * pagesPerSector, sectorCount };
}

/** A blank flash; the seed decides what faults leave behind. */
export function makeFlash(sectorCount: number, pagesPerSector: number, seed = 1): MemoryFlash {
  const random = new Random(seed);
  return new MemoryFlash(geometryOf(sectorCount, pagesPerSector), () => random.next() / 0x1_0000_0000);
}

const NUMBERED_BYTES = 20;

/** Writes a record that says `value`, in every byte behind it too. */
export function writeValue(log: FlashLog, value: number): boolean {
  const record = new Uint8Array(NUMBERED_BYTES).fill(value);
  new DataView(record.buffer).setUint32(0, value);
  return log.write(record, NUMBERED_BYTES);
}

/** What `readValue` says of a log without a record. */
export const BLANK = -1;
export const DAMAGED = -2;

/** @returns the value of the record that is read, whole to its last byte. Values start at 0. */
export function readValue(log: FlashLog): number {
  const into = new Uint8Array(MAX_RECORD_BYTES);
  const state = log.read(into);
  if (state !== RECORD_FOUND) return state === RECORD_BLANK ? BLANK : DAMAGED;
  const value = new DataView(into.buffer).getUint32(0);
  for (let index = 4; index < NUMBERED_BYTES; index += 1) {
    if (into[index] !== (value & 0xff)) throw new Error(`record ${value} is mixed with another`);
  }
  return value;
}

/** Runs `action` to its end or to the power cut that stops it. @returns whether power failed. */
export function losesPower(action: () => void): boolean {
  try {
    action();
    return false;
  } catch (error) {
    if (error instanceof PowerCut) return true;
    throw error;
  }
}

/** A flash whose every program and erase is announced before it is done. */
export class WatchedFlash implements Flash {
  readonly pageBytes: number;
  readonly sectorBytes: number;
  readonly sectorCount: number;
  onProgram: (offset: number, bytes: Uint8Array) => void = () => {};
  onErase: (offset: number) => void = () => {};
  readonly inner: MemoryFlash;

  constructor(inner: MemoryFlash) {
    this.inner = inner;
    this.pageBytes = inner.pageBytes;
    this.sectorBytes = inner.sectorBytes;
    this.sectorCount = inner.sectorCount;
  }

  read(offset: number, into: Uint8Array, length: number): boolean {
    return this.inner.read(offset, into, length);
  }

  program(offset: number, bytes: Uint8Array): boolean {
    this.onProgram(offset, bytes);
    return this.inner.program(offset, bytes);
  }

  erase(offset: number): boolean {
    this.onErase(offset);
    return this.inner.erase(offset);
  }
}
