import type { Flash } from "./flash.js";
import { COPIES_A_PAGE, checkGeometry } from "./flash-geometry.js";
import { LogReader } from "./log-reader.js";
import { firstOf, LAST_SEQUENCE, RecordCopy } from "./record-copy.js";
import {
  LOW_FREE_WRITES,
  MAX_RECORD_BYTES,
  RECORD_BLANK,
  RECORD_DAMAGED,
  RECORD_FOUND,
  type RecordStore,
  type StoreUpkeep,
} from "./record-store.js";

/** A page that does not take its record is left behind for the next; more than this in a row is a dying flash. */
const MAX_ATTEMPTS = 4;
const NO_SECTOR = -1;

/**
 * The newest record, in a ring of flash pages. Each page is programmed once between two erases and carries a sequence
 * number that follows from its place in the ring, so a page that power spoiled can never come back as the newest.
 * `docs/flash.md` gives the layout and the reason for each rule.
 */
export class FlashLog implements RecordStore, StoreUpkeep {
  private readonly flash: Flash;
  private readonly reader: LogReader;
  private readonly copy: RecordCopy;
  private readonly page: Uint8Array;
  private readonly record = new Uint8Array(MAX_RECORD_BYTES);
  /** Sectors that were erased to the end, and in which nothing was programmed since. */
  private readonly erased: Uint8Array;
  /** Sectors that could not be erased. */
  private readonly bad: Uint8Array;
  /**
   * What the three above say together, until one of them or the sector of the newest record changes: a look at all sectors takes a
   * small board longer than the write itself, and each write is behind something for which other cards wait.
   */
  private erasedCount = 0;
  private aheadCount = 0;
  private eraseNext = NO_SECTOR;
  private isCounted = false;
  /** What the first look found; nothing before that. */
  private state: number | undefined;
  private newestPage = -1;
  private newestSequence = 0;
  /** The sector that takes the next record, and how many of its pages are behind us. */
  private sector = 0;
  private usedPages = 0;
  /** The next page may have been begun before the boot, though it reads as blank. */
  private nextIsDoubtful = true;

  /** @throws FlashGeometryError where no log can be kept on such a flash. */
  constructor(flash: Flash) {
    checkGeometry(flash);
    this.flash = flash;
    this.reader = new LogReader(flash);
    this.copy = new RecordCopy(flash.pageBytes / COPIES_A_PAGE, flash);
    this.page = new Uint8Array(flash.pageBytes);
    this.erased = new Uint8Array(flash.sectorCount);
    this.bad = new Uint8Array(flash.sectorCount);
  }

  get upkeep(): StoreUpkeep {
    return this;
  }

  get freeWrites(): number {
    if (this.mounted() === RECORD_DAMAGED) return 0;
    const { pagesPerSector } = this.reader;
    if (!this.isCounted) this.countSectors();
    const free = pagesPerSector - this.usedPages + this.erasedCount * pagesPerSector;
    return this.nextIsDoubtful ? Math.max(0, free - 1) : free;
  }

  get needsErase(): boolean {
    return this.mounted() === RECORD_FOUND && this.nextToErase() >= 0;
  }

  eraseOne(): boolean {
    if (!this.needsErase) return false;
    const sector = this.nextToErase();
    const { pagesPerSector } = this.reader;
    const done =
      this.flash.erase(sector * this.flash.sectorBytes) &&
      this.reader.isBlank(sector * pagesPerSector, pagesPerSector);
    (done ? this.erased : this.bad)[sector] = 1;
    this.isCounted = false;
    return done;
  }

  read(into: Uint8Array): number {
    const state = this.mounted();
    if (state === RECORD_FOUND) into.set(this.record);
    return state;
  }

  write(bytes: Uint8Array, length: number): boolean {
    if (length > MAX_RECORD_BYTES || this.mounted() === RECORD_DAMAGED) return false;
    if (this.nextIsDoubtful) this.spoilNext();
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const page = this.takePage();
      if (page < 0) return false;
      if (this.programPage(page, bytes, length)) {
        this.record.set(firstOf(bytes, length));
        this.record.fill(0, length);
        this.state = RECORD_FOUND;
        return true;
      }
    }
    return false;
  }

  private mounted(): number {
    this.state ??= this.mount();
    return this.state;
  }

  private mount(): number {
    const { flash, reader } = this;
    const { pagesPerSector } = reader;
    const newest = reader.findNewest();
    if (newest < 0) {
      const blank = reader.isBlank(0, flash.sectorCount * pagesPerSector);
      if (blank) this.beginBlank();
      return blank ? RECORD_BLANK : RECORD_DAMAGED;
    }
    this.newestPage = newest;
    this.newestSequence = reader.copy.sequence;
    this.sector = Math.floor(newest / pagesPerSector);
    const length = reader.copy.length;
    this.record.set(reader.copy.record());
    this.state = RECORD_FOUND;
    this.findRoom(reader.copy.erasedAhead);
    if (reader.readFailed) return RECORD_DAMAGED;
    return this.settle(length) ? RECORD_FOUND : RECORD_DAMAGED;
  }

  /** The first record goes to the first page and gets the number 1. Flash is handed over erased. */
  private beginBlank(): void {
    const { flash, reader } = this;
    this.erased.fill(1);
    this.sector = flash.sectorCount - 1;
    this.usedPages = reader.pagesPerSector;
    this.newestPage = flash.sectorCount * reader.pagesPerSector - 1;
  }

  /**
   * Goes to the first page behind everything that was ever begun, also in the sectors ahead that the newest record
   * names as erased. What lies before such a page, even blank, comes too late in the ring.
   */
  private findRoom(erasedAhead: number): void {
    const { flash, reader } = this;
    const { pagesPerSector } = reader;
    const newestSector = this.sector;
    let left = Math.min(erasedAhead, flash.sectorCount - 1);
    this.usedPages = reader.usedPages(newestSector);
    while (left > 0) {
      const next = (this.sector + 1) % flash.sectorCount;
      const used = reader.usedPages(next);
      if (used === 0) break;
      this.sector = next;
      this.usedPages = used;
      left -= 1;
    }
    for (let ahead = 1; ahead <= left; ahead += 1) {
      this.erased[(this.sector + ahead) % flash.sectorCount] = 1;
    }
    if (this.freeWrites > 0 || this.needsErase) return;
    // Every other sector was begun and holds nothing whole, so the first of them may be erased.
    this.sector = newestSector;
    this.usedPages = pagesPerSector;
    this.isCounted = false;
  }

  /**
   * Writes the record that was found once more, before anybody relies on it: power may have failed while it was
   * programmed, and bits that read well now need not do so for ever.
   */
  private settle(length: number): boolean {
    while (this.freeWrites === 0 && this.needsErase) this.eraseOne();
    if (!this.write(this.record.slice(), length)) return false;
    while (this.freeWrites < LOW_FREE_WRITES && this.needsErase) this.eraseOne();
    return true;
  }

  /**
   * Gives up the page that power may have begun: bits that are on their way still read as erased, and a record over
   * them could lose them later. Zeros make it look used, so that the next boot does not come back to the page after it.
   */
  private spoilNext(): void {
    const page = this.takePage();
    if (page >= 0) this.flash.program(page * this.flash.pageBytes, this.page.fill(0));
    this.nextIsDoubtful = false;
  }

  /** The next sector of the ring that an erase would serve; never the one with the newest record. Or NO_SECTOR. */
  private nextToErase(): number {
    if (!this.isCounted) this.countSectors();
    return this.eraseNext;
  }

  /** Looks at all sectors, once for each change of what is known of them. */
  private countSectors(): void {
    const { bad, erased, newestPage, sector } = this;
    const { sectorCount } = this.flash;
    const newest = Math.floor(newestPage / this.reader.pagesPerSector);
    let erasedCount = 0;
    let aheadCount = 0;
    let eraseNext = NO_SECTOR;
    for (let ahead = 1; ahead < sectorCount; ahead += 1) {
      const at = (sector + ahead) % sectorCount;
      if (erased[at] === 1) {
        erasedCount += 1;
        if (erasedCount === ahead) aheadCount = ahead;
      } else if (eraseNext === NO_SECTOR && at !== newest && bad[at] === 0) {
        eraseNext = at;
      }
    }
    // Of a log that holds nothing yet the current one too.
    this.erasedCount = erasedCount + (erased[sector] as number);
    this.aheadCount = aheadCount;
    this.eraseNext = eraseNext;
    this.isCounted = true;
  }

  /** Moves on in the ring by one page, past sectors that are not erased. @returns the page, or -1. */
  private takePage(): number {
    const { sectorCount } = this.flash;
    const { pagesPerSector } = this.reader;
    for (let ahead = 1; this.usedPages === pagesPerSector && ahead < sectorCount; ahead += 1) {
      const sector = (this.sector + ahead) % sectorCount;
      if (!this.erased[sector]) continue;
      this.erased[sector] = 0;
      this.sector = sector;
      this.usedPages = 0;
      this.isCounted = false;
    }
    if (this.usedPages === pagesPerSector) return -1;
    this.usedPages += 1;
    return this.sector * pagesPerSector + this.usedPages - 1;
  }

  /** Programs a page that is blank, and looks whether it took it. @returns false: the page is spoiled. */
  private programPage(page: number, bytes: Uint8Array, length: number): boolean {
    const { flash, reader, copy } = this;
    const sequence = this.sequenceOf(page);
    if (sequence > LAST_SEQUENCE || !reader.isBlank(page, 1)) return false;
    copy.encode(sequence, this.erasedAhead(), bytes, length);
    for (let place = 0; place < COPIES_A_PAGE; place += 1) {
      this.page.set(copy.bytes, place * copy.bytes.length);
    }
    if (!flash.program(page * flash.pageBytes, this.page) || !reader.holds(page, this.page)) return false;
    // The sector of the one before may be erased from now on, where that is another.
    if (this.newestIsElsewhere()) this.isCounted = false;
    this.newestPage = page;
    this.newestSequence = sequence;
    return true;
  }

  /** Follows from the distance to the newest record in the ring, so no two pages that are both readable share one. */
  private sequenceOf(page: number): number {
    const pages = this.flash.sectorCount * this.reader.pagesPerSector;
    return this.newestSequence + ((page - this.newestPage + pages) % pages);
  }

  /** Erased sectors that follow the current one without a break. */
  private erasedAhead(): number {
    if (!this.isCounted) this.countSectors();
    return this.aheadCount;
  }

  /** Whether the newest record does not stand in the sector that takes the next one. */
  private newestIsElsewhere(): boolean {
    return Math.floor(this.newestPage / this.reader.pagesPerSector) !== this.sector;
  }
}
