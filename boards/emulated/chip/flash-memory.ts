import type { Random } from "../../virtual/random.js";

/** What an RP2040 board's flash chip has: 2 MB (W25Q16), sectors of 4 kB, pages of 256 bytes. */
export const FLASH_BYTES = 2 * 1_024 * 1_024;
export const SECTOR_BYTES = 4_096;
export const PAGE_BYTES = 256;

/** Typical and longest times of a chip, in microseconds. */
export interface FlashTimes {
  /** One sector: 45,000 typically, 400,000 at the longest. */
  readonly eraseUs: number;
  /** One page: 700 typically, 3,000 at the longest. */
  readonly programUs: number;
}

export const TYPICAL_FLASH_TIMES: FlashTimes = { eraseUs: 45_000, programUs: 700 };

/** The longest that the chip's data sheet allows; a board's watchdog waits five times as long. */
export const SLOWEST_FLASH_TIMES: FlashTimes = { eraseUs: 400_000, programUs: 3_000 };

/** Something that takes the flash time: whole sectors erased, or whole pages programmed, one after the other. */
interface Work {
  readonly kind: "erase" | "program";
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly unitBytes: number;
  readonly unitNanos: number;
  readonly startNanos: number;
  /** Units that are done. */
  done: number;
}

/** Told which bytes have changed for good, so that they can be kept. */
export type FlashListener = (offset: number, length: number) => void;

/**
 * The contents of a flash chip, in time: one erase or program at a time, unit by unit. Power that goes in the middle
 * leaves the unit under way with any mixture of what it was and what it was to be.
 */
export class FlashMemory {
  readonly bytes: Uint8Array;
  /** Sectors erased and pages programmed since the beginning, begun ones included. */
  erases = 0;
  programs = 0;
  /** Those that power has torn. */
  torn = 0;
  private readonly times: FlashTimes;
  private readonly random: Random;
  private readonly onChange: FlashListener;
  private work: Work | undefined;

  /** @param random decides what a power cut leaves. */
  constructor(times: FlashTimes, random: Random, onChange: FlashListener = () => {}) {
    this.bytes = new Uint8Array(FLASH_BYTES).fill(0xff);
    this.times = times;
    this.random = random;
    this.onChange = onChange;
  }

  /** Time that all of it took, the torn ones counted whole. */
  get busyUs(): number {
    return this.erases * this.times.eraseUs + this.programs * this.times.programUs;
  }

  get isBusy(): boolean {
    return this.work !== undefined;
  }

  get isErasing(): boolean {
    return this.work?.kind === "erase";
  }

  /** When the unit under way will be done; infinite where nothing is. */
  get nextNanos(): number {
    const { work } = this;
    if (work === undefined) return Number.POSITIVE_INFINITY;
    return work.startNanos + (work.done + 1) * work.unitNanos;
  }

  /**
   * Begins to erase whole sectors.
   * @throws RangeError for what is no whole sector of this flash, or while it is busy.
   */
  erase(offset: number, length: number, nowNanos: number): void {
    this.check(offset, length, SECTOR_BYTES);
    const bytes = new Uint8Array(length).fill(0xff);
    this.begin("erase", offset, bytes, SECTOR_BYTES, this.times.eraseUs, nowNanos);
  }

  /**
   * Begins to program whole pages: bits go from 1 to 0, never back.
   * @throws RangeError for what is no whole page of this flash, or while it is busy.
   */
  program(offset: number, bytes: Uint8Array, nowNanos: number): void {
    this.check(offset, bytes.length, PAGE_BYTES);
    this.begin("program", offset, Uint8Array.from(bytes), PAGE_BYTES, this.times.programUs, nowNanos);
  }

  /** Finishes every unit whose time is over. */
  advance(nowNanos: number): void {
    while (this.work !== undefined && this.nextNanos <= nowNanos) this.finishUnit(this.work);
  }

  /** Power goes now. What was under way stops as it stands. */
  cutPower(nowNanos: number): void {
    this.advance(nowNanos);
    const { work } = this;
    this.work = undefined;
    if (work === undefined) return;
    const { kind, unitBytes, unitNanos, startNanos, done } = work;
    const share = (nowNanos - startNanos - done * unitNanos) / unitNanos;
    const from = done * unitBytes;
    for (let index = from; index < from + unitBytes; index += 1) {
      const at = work.offset + index;
      const before = this.bytes[at] as number;
      const after = kind === "erase" ? 0xff : before & (work.bytes[index] as number);
      this.bytes[at] = this.mix(before, after, share);
    }
    this.count(kind);
    this.torn += 1;
    this.onChange(work.offset + from, unitBytes);
  }

  private begin(
    kind: Work["kind"],
    offset: number,
    bytes: Uint8Array,
    unitBytes: number,
    unitUs: number,
    startNanos: number,
  ): void {
    this.work = { kind, offset, bytes, unitBytes, unitNanos: unitUs * 1_000, startNanos, done: 0 };
    if (bytes.length === 0) this.work = undefined;
  }

  private finishUnit(work: Work): void {
    const { kind, unitBytes } = work;
    const from = work.done * unitBytes;
    for (let index = from; index < from + unitBytes; index += 1) {
      const at = work.offset + index;
      const after = work.bytes[index] as number;
      this.bytes[at] = kind === "erase" ? after : (this.bytes[at] as number) & after;
    }
    work.done += 1;
    this.count(kind);
    this.onChange(work.offset + from, unitBytes);
    if (work.done * unitBytes >= work.bytes.length) this.work = undefined;
  }

  private count(kind: Work["kind"]): void {
    if (kind === "erase") this.erases += 1;
    else this.programs += 1;
  }

  /** Each bit that was to change has done so with this probability. */
  private mix(before: number, after: number, share: number): number {
    let mixed = before;
    for (let bit = 1; bit < 0x100; bit <<= 1) {
      if (((before ^ after) & bit) !== 0 && this.random() < share) mixed ^= bit;
    }
    return mixed;
  }

  private check(offset: number, length: number, unit: number): void {
    if (this.isBusy) throw new RangeError("This flash is busy: wait until it is done.");
    if (offset % unit === 0 && length % unit === 0 && offset >= 0 && offset + length <= FLASH_BYTES) return;
    throw new RangeError(
      `There are no ${length} bytes at ${offset} to change: give whole sectors or pages of this flash.`,
    );
  }
}
