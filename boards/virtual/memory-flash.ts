import type { FlashGeometry } from "../../firmware/storage/flash.js";
import type { CardFlash } from "./card-flash.js";

/** Power has failed inside a call, or was not switched on again since. */
export class PowerCut extends Error {
  readonly code = "POWER_CUT";

  constructor() {
    super("The power of this flash is cut: switch it on again with powerOn().");
    this.name = "PowerCut";
  }
}

/** Which calls fail though the power holds. Each is asked with the offset of the call. */
export interface FlashFailures {
  read?(offset: number): boolean;
  /** The page then holds any part of what it should. */
  program?(offset: number): boolean;
  /** The sector then holds anything. */
  erase?(offset: number): boolean;
}

/** How power fails. */
export interface CutOptions {
  /** Bytes that are still programmed or erased. An erase counts every byte of its sector. */
  readonly afterBytes: number;
  /** The bytes of a torn program are spread over its page, as in a chip that programs many at a time. */
  readonly scattered?: boolean;
}

/**
 * Flash in memory that fails as the real one does. Bits that were under way when power failed are unsettled: each time
 * power comes back they may read otherwise, until their sector is erased to the end. In a sector whose erase was cut
 * short that is every bit, also those that look erased and are programmed over.
 */
export class MemoryFlash implements CardFlash {
  readonly pageBytes: number;
  readonly sectorBytes: number;
  readonly sectorCount: number;
  /** What reads now. */
  readonly bytes: Uint8Array;
  /** Erases of each sector, begun ones included. */
  readonly erasesOfSector: Uint32Array;
  programs = 0;
  failures: FlashFailures = {};
  private readonly unsettled: Uint8Array;
  private readonly unsettledSectors = new Set<number>();
  /** Bits that are 0 for good. */
  private readonly stuck = new Map<number, number>();
  private readonly random: () => number;
  private cut: CutOptions | undefined;
  private bytesLeft = 0;
  private powered = true;

  /** @param random numbers from 0 to below 1, for what a fault leaves behind. */
  constructor(geometry: FlashGeometry, random: () => number) {
    this.pageBytes = geometry.pageBytes;
    this.sectorBytes = geometry.sectorBytes;
    this.sectorCount = geometry.sectorCount;
    this.random = random;
    const size = this.sectorBytes * this.sectorCount;
    this.bytes = new Uint8Array(size).fill(0xff);
    this.unsettled = new Uint8Array(size);
    this.erasesOfSector = new Uint32Array(this.sectorCount);
  }

  /** A second flash with the same contents, under power and without faults to come. */
  clone(): MemoryFlash {
    const copy = new MemoryFlash(this, this.random);
    copy.bytes.set(this.bytes);
    copy.unsettled.set(this.unsettled);
    for (const [offset, mask] of this.stuck) copy.stickBits(offset, mask);
    for (const sector of this.unsettledSectors) copy.unsettledSectors.add(sector);
    return copy;
  }

  /** Arms a power cut. */
  cutPower(options: CutOptions): void {
    this.cut = options;
    this.bytesLeft = options.afterBytes;
  }

  /** Takes away a power cut that has not come, or its effect. Unsettled bits then read as they may. */
  powerOn(): void {
    this.powered = true;
    this.cut = undefined;
    const style = Math.floor(this.random() * 4);
    for (const sector of this.unsettledSectors) {
      const end = (sector + 1) * this.sectorBytes;
      for (let offset = sector * this.sectorBytes; offset < end; offset += 1) {
        const mask = this.unsettled[offset] as number;
        if (mask !== 0) this.setBits(offset, mask, this.draw(style, offset));
      }
    }
  }

  /** From now on these bits of a byte read as 0, whatever is done. */
  stickBits(offset: number, mask: number): void {
    this.stuck.set(offset, (this.stuck.get(offset) ?? 0) | mask);
    this.setBits(offset, mask, 0);
  }

  read(offset: number, into: Uint8Array, length: number): boolean {
    this.check(offset, length, 1);
    if (this.failures.read?.(offset)) return false;
    into.set(this.bytes.subarray(offset, offset + length));
    return true;
  }

  program(offset: number, bytes: Uint8Array): boolean {
    this.check(offset, this.pageBytes, this.pageBytes);
    this.programs += 1;
    if (this.failures.program?.(offset)) {
      this.programPart(offset, bytes, Math.floor(this.random() * (this.pageBytes + 1)), false);
      return false;
    }
    const part = this.powerFor(this.pageBytes);
    this.programPart(offset, bytes, part, this.cut?.scattered ?? false);
    this.endCall();
    return true;
  }

  erase(offset: number): boolean {
    this.check(offset, this.sectorBytes, this.sectorBytes);
    const sector = offset / this.sectorBytes;
    this.erasesOfSector[sector] = (this.erasesOfSector[sector] as number) + 1;
    if (this.failures.erase?.(offset)) {
      this.erasePart(offset, Math.floor(this.random() * this.sectorBytes));
      return false;
    }
    this.erasePart(offset, this.powerFor(this.sectorBytes));
    this.endCall();
    return true;
  }

  /** A call outside the flash is a mistake of the caller, not a fault of the flash. */
  private check(offset: number, length: number, unit: number): void {
    if (!this.powered) throw new PowerCut();
    if (offset < 0 || offset % unit !== 0 || offset + length > this.bytes.length) {
      throw new RangeError(
        `There are no ${length} bytes at ${offset}: give whole pages and sectors of this flash.`,
      );
    }
  }

  /** @returns how many of the next `size` bytes there is power for. */
  private powerFor(size: number): number {
    if (this.cut === undefined) return size;
    if (this.bytesLeft <= size) this.powered = false;
    const part = Math.min(this.bytesLeft, size);
    this.bytesLeft -= part;
    return part;
  }

  /** With power for the very last byte the work is done, and still nobody is told. */
  private endCall(): void {
    if (!this.powered) throw new PowerCut();
  }

  private programPart(offset: number, bytes: Uint8Array, part: number, scattered: boolean): void {
    const { pageBytes, random } = this;
    for (let index = 0; index < pageBytes; index += 1) {
      const at = offset + index;
      const cleared = (this.bytes[at] as number) & ~(bytes[index] as number);
      const done = part === pageBytes || (scattered ? random() * pageBytes < part : index < part);
      if (done) {
        this.unsettled[at] = (this.unsettled[at] as number) & (bytes[index] as number);
        this.setBits(at, cleared, 0);
      } else if (scattered ? random() < 0.5 : index === part && part > 0) {
        this.unsettled[at] = (this.unsettled[at] as number) | cleared;
        this.unsettledSectors.add(Math.floor(at / this.sectorBytes));
        this.setBits(at, cleared, this.draw(3, at));
      }
    }
  }

  private erasePart(offset: number, part: number): void {
    if (part === 0) return;
    const { bytes, unsettled, stuck, sectorBytes } = this;
    const sector = offset / sectorBytes;
    const whole = part === sectorBytes;
    bytes.fill(0xff, offset, offset + part);
    unsettled.fill(whole ? 0 : 0xff, offset, offset + sectorBytes);
    if (whole) this.unsettledSectors.delete(sector);
    else this.unsettledSectors.add(sector);
    for (const [at, mask] of stuck) this.setBits(at, mask, 0);
  }

  private setBits(offset: number, mask: number, value: number): void {
    const kept = (this.bytes[offset] as number) & ~mask;
    this.bytes[offset] = (kept | (value & mask)) & ~(this.stuck.get(offset) ?? 0);
  }

  /** How unsettled bits may read: all erased, all programmed, as before, or at random. */
  private draw(style: number, offset: number): number {
    if (style === 0) return 0xff;
    if (style === 1) return 0;
    if (style === 2) return this.bytes[offset] as number;
    return Math.floor(this.random() * 256);
  }
}
