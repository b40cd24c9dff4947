import type { Flash } from "./flash.js";
import { COPIES_A_PAGE } from "./flash-geometry.js";
import { HEADER_BYTES, RecordCopy } from "./record-copy.js";

/** Looks at the pages of a log and changes none. Pages are counted over all sectors, from 0. */
export class LogReader {
  readonly pagesPerSector: number;
  /** The copy that was read last; after `findNewest` the newest whole record. */
  readonly copy: RecordCopy;
  /** A read failed: what could not be read may be the newest record, so nothing that was found is certain. */
  readFailed = false;
  private readonly flash: Flash;
  private readonly copyBytes: number;
  private readonly page: Uint8Array;
  private readonly pageWords: DataView;

  constructor(flash: Flash) {
    this.flash = flash;
    this.pagesPerSector = flash.sectorBytes / flash.pageBytes;
    this.copyBytes = flash.pageBytes / COPIES_A_PAGE;
    this.copy = new RecordCopy(this.copyBytes, flash);
    this.page = new Uint8Array(flash.pageBytes);
    this.pageWords = new DataView(this.page.buffer);
  }

  /**
   * Reads every header, but checks only the CRC of those that could be the newest: on a small board a byte costs a
   * microsecond and more.
   * @returns the page of the newest whole record, or -1.
   */
  findNewest(): number {
    const highest = new Float64Array(this.flash.sectorCount);
    for (let sector = 0; sector < highest.length; sector += 1) {
      highest[sector] = this.isEmpty(sector) ? -1 : this.highestBelow(sector, Number.POSITIVE_INFINITY);
    }
    for (;;) {
      const sector = indexOfHighest(highest);
      const sequence = highest[sector] as number;
      if (sequence < 0) return -1;
      const page = this.findWhole(sector, sequence);
      if (page >= 0) return page;
      highest[sector] = this.highestBelow(sector, sequence);
    }
  }

  /** Whether a sector is erased, where the flash tells that by itself; else its headers say so. */
  private isEmpty(sector: number): boolean {
    const { sectorBytes } = this.flash;
    return this.flash.isErased?.(sector * sectorBytes, sectorBytes) === true;
  }

  /** Whether every byte of `count` pages is 0xff. */
  isBlank(firstPage: number, count: number): boolean {
    const { flash } = this;
    if (flash.isErased !== undefined) {
      return flash.isErased(firstPage * flash.pageBytes, count * flash.pageBytes);
    }
    for (let page = firstPage; page < firstPage + count; page += 1) {
      if (!this.readPage(page)) return false;
      for (let offset = 0; offset < this.page.length; offset += 4) {
        if (this.pageWords.getInt32(offset) !== -1) return false;
      }
    }
    return true;
  }

  /** Whether a page reads exactly as `expected`. */
  holds(page: number, expected: Uint8Array): boolean {
    const { flash } = this;
    if (flash.holds !== undefined) return flash.holds(page * flash.pageBytes, expected);
    if (!this.readPage(page)) return false;
    for (let offset = 0; offset < expected.length; offset += 1) {
      if (this.page[offset] !== expected[offset]) return false;
    }
    return true;
  }

  /** @returns how many pages of a sector lie before the end of the last one that is not blank. */
  usedPages(sector: number): number {
    const first = sector * this.pagesPerSector;
    let used = this.pagesPerSector;
    while (used > 0 && this.isBlank(first + used - 1, 1)) used -= 1;
    return used;
  }

  /** @returns the highest sequence number below `limit` in any header of a sector, or -1. */
  private highestBelow(sector: number, limit: number): number {
    let highest = -1;
    this.eachCopy(sector, (offset) => {
      const sequence = this.readHeader(offset);
      if (sequence < limit && sequence > highest) highest = sequence;
      return false;
    });
    return highest;
  }

  private findWhole(sector: number, sequence: number): number {
    return this.eachCopy(sector, (offset) => this.readHeader(offset) === sequence && this.readCopy(offset));
  }

  /** @returns the page of the first copy that `visit` is content with, or -1. */
  private eachCopy(sector: number, visit: (offset: number) => boolean): number {
    const start = sector * this.flash.sectorBytes;
    for (let offset = start; offset < start + this.flash.sectorBytes; offset += this.copyBytes) {
      if (visit(offset)) return Math.floor(offset / this.flash.pageBytes);
    }
    return -1;
  }

  private readHeader(offset: number): number {
    return this.readInto(offset, this.copy.bytes, HEADER_BYTES) ? this.copy.sequence : -1;
  }

  private readCopy(offset: number): boolean {
    return this.readInto(offset, this.copy.bytes, this.copyBytes) && this.copy.isWhole();
  }

  private readPage(page: number): boolean {
    return this.readInto(page * this.page.length, this.page, this.page.length);
  }

  private readInto(offset: number, into: Uint8Array, length: number): boolean {
    const read = this.flash.read(offset, into, length);
    if (!read) this.readFailed = true;
    return read;
  }
}

function indexOfHighest(values: Float64Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] as number) > (values[best] as number)) best = index;
  }
  return best;
}
