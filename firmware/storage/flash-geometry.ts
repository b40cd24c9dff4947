import type { FlashGeometry } from "./flash.js";
import { MAX_RECORD_BYTES } from "./record-store.js";

/** One holds the newest record while the other is erased. */
export const MIN_SECTORS = 2;
/** 256 kB in sectors of 4 kB: what ten years at full speed need, with some to spare (docs/flash.md). */
export const MAX_SECTORS = 64;
/** What a board sets aside for its log. `docs/flash.md` shows the sum: ten years at full speed need 51 sectors. */
export const BOARD_GEOMETRY: FlashGeometry = { pageBytes: 256, sectorBytes: 4_096, sectorCount: MAX_SECTORS };
/** Power cuts in a row spoil two pages each, and one must be left for the boot that gets through. */
export const MIN_PAGES_A_SECTOR = 8;
/** A page holds its record twice. */
export const COPIES_A_PAGE = 2;
/** Header and CRC of one copy. */
export const RECORD_OVERHEAD_BYTES = 16;

/** Codes of what a log cannot be built on. */
export type FlashGeometryCode = "FLASH_PAGE_SIZE" | "FLASH_SECTOR_SIZE" | "FLASH_SECTOR_COUNT";

/** A flash that cannot carry a log. The message says what it would need. */
export class FlashGeometryError extends Error {
  readonly code: FlashGeometryCode;

  constructor(code: FlashGeometryCode, message: string) {
    super(message);
    this.name = "FlashGeometryError";
    this.code = code;
  }
}

/** @throws FlashGeometryError where no log can be kept on such a flash. */
export function checkGeometry({ pageBytes, sectorBytes, sectorCount }: FlashGeometry): void {
  const least = COPIES_A_PAGE * (MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES);
  // Eight, so that both halves of a page divide into 32-bit words.
  if (!(Number.isInteger(pageBytes / 8) && pageBytes >= least)) {
    throw new FlashGeometryError(
      "FLASH_PAGE_SIZE",
      `A page of ${pageBytes} bytes cannot hold a record twice: give a multiple of 8 from ${least} on, joining pages where they are smaller.`,
    );
  }
  const pagesPerSector = sectorBytes / pageBytes;
  if (!(Number.isInteger(pagesPerSector) && pagesPerSector >= MIN_PAGES_A_SECTOR)) {
    throw new FlashGeometryError(
      "FLASH_SECTOR_SIZE",
      `A sector of ${sectorBytes} bytes is no whole number of ${pageBytes}-byte pages, or fewer than ${MIN_PAGES_A_SECTOR} of them: give the size that the chip erases at a time.`,
    );
  }
  if (!(Number.isInteger(sectorCount) && sectorCount >= MIN_SECTORS && sectorCount <= MAX_SECTORS)) {
    throw new FlashGeometryError(
      "FLASH_SECTOR_COUNT",
      `A log needs ${MIN_SECTORS} to ${MAX_SECTORS} sectors and was given ${sectorCount}: change the size of its part of the flash.`,
    );
  }
}
