import { closeSync, fsyncSync, mkdirSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { FlashGeometry } from "../../firmware/storage/flash.js";
import type { CardFlash } from "./card-flash.js";
import { type CutOptions, MemoryFlash } from "./memory-flash.js";

/** The file is there and is not this flash. */
export class FileFlashError extends Error {
  readonly code = "FLASH_FILE_SIZE";

  constructor(path: string, found: number, expected: number) {
    super(
      `${path} has ${found} bytes and the flash ${expected}: give the sizes that it was made with, or remove it to start blank.`,
    );
    this.name = "FileFlashError";
  }
}

/**
 * Flash in a file, byte for byte: it outlives its process. Every call is on disk when it returns. What a power cut would
 * leave is left in the file, so whoever opens it next meets what a board would meet.
 */
export class FileFlash implements CardFlash {
  readonly pageBytes: number;
  readonly sectorBytes: number;
  readonly sectorCount: number;
  private readonly memory: MemoryFlash;
  private file: number | undefined;

  /**
   * Opens the file, or makes a blank one.
   * @param random numbers from 0 to below 1, for what a power cut leaves behind.
   * @throws FileFlashError where the file has another size; the error of `node:fs` where it cannot be opened.
   */
  constructor(path: string, geometry: FlashGeometry, random: () => number) {
    this.memory = new MemoryFlash(geometry, random);
    this.pageBytes = geometry.pageBytes;
    this.sectorBytes = geometry.sectorBytes;
    this.sectorCount = geometry.sectorCount;
    const { bytes } = this.memory;
    mkdirSync(dirname(path), { recursive: true });
    const found = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    // An empty file is a rig that was killed before it made its flash: blank as well.
    if (found !== 0 && found !== bytes.length) throw new FileFlashError(path, found, bytes.length);
    this.file = openSync(path, found === 0 ? "w+" : "r+");
    if (found === 0) this.makeBlank();
    else this.load();
  }

  get bytes(): Uint8Array {
    return this.memory.bytes;
  }

  powerOn(): void {
    this.memory.powerOn();
  }

  read(offset: number, into: Uint8Array, length: number): boolean {
    return this.memory.read(offset, into, length);
  }

  program(offset: number, bytes: Uint8Array): boolean {
    return this.through(offset, this.pageBytes, () => this.memory.program(offset, bytes));
  }

  erase(offset: number): boolean {
    return this.through(offset, this.sectorBytes, () => this.memory.erase(offset));
  }

  /** Arms a power cut: the call it falls into leaves its part in the file and throws PowerCut, as do all later ones. */
  cutPower(options: CutOptions): void {
    this.memory.cutPower(options);
  }

  /** Closes the file; calling it twice does no harm. Programs and erases fail from then on. */
  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  /** @returns false where the disk did not take it: what the file holds is as uncertain as a failed page. */
  private through(offset: number, length: number, call: () => boolean): boolean {
    if (this.file === undefined) return false;
    let done = false;
    let saved = false;
    try {
      done = call();
    } finally {
      // Also behind a power cut: its part of the work is what the next boot has to cope with.
      saved = this.save(offset, length);
    }
    return done && saved;
  }

  private save(offset: number, length: number): boolean {
    const file = this.file as number;
    try {
      const count = writeSync(file, this.memory.bytes, offset, length, offset);
      fsyncSync(file);
      return count === length;
    } catch {
      return false;
    }
  }

  private makeBlank(): void {
    const file = this.file as number;
    const { bytes } = this.memory;
    // Node tells of a full disk by an error, or by a short write: the file then has the wrong size and is refused.
    writeSync(file, bytes, 0, bytes.length, 0);
    fsyncSync(file);
  }

  private load(): void {
    const { bytes } = this.memory;
    readSync(this.file as number, bytes, 0, bytes.length, 0);
  }
}
