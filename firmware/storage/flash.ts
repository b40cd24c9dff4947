/** What every byte of an erased sector reads as. */
export const ERASED_BYTE = 0xff;

/** How a piece of flash is divided. */
export interface FlashGeometry {
  /** Bytes that one program call writes. */
  readonly pageBytes: number;
  /** Bytes that one erase call clears; a whole number of pages. */
  readonly sectorBytes: number;
  readonly sectorCount: number;
}

/**
 * NOR flash as a board offers it. Offsets count from the start of the log's own sectors. Any call may fail, and
 * power may fail inside `program` and `erase`, which then never return.
 */
export interface Flash extends FlashGeometry {
  /**
   * Reads `length` bytes into the start of `into`.
   * @returns false where they could not be read.
   */
  read(offset: number, into: Uint8Array, length: number): boolean;
  /**
   * Whether `length` bytes from `offset` on all are ERASED_BYTE. Only of a flash of which every read succeeds, and that looks in less
   * time than it takes to `read` and compare: a boot looks at all of the log.
   */
  isErased?(offset: number, length: number): boolean;
  /**
   * Whether the bytes of a whole page, `offset` being its first one, are `expected`. Only where the flash looks in less time than it
   * takes to `read` and compare.
   * @param expected as many bytes as a page has: of fewer or more some boards (ESP32) answer false whatever the flash holds.
   */
  holds?(offset: number, expected: Uint8Array): boolean;
  /** As `crc32`, where something is there that computes it in less time. It has nothing to do with what the flash holds. */
  crc32?(bytes: Uint8Array, length: number): number;
  /**
   * Programs one page, `offset` being its first byte. It can only turn bits from 1 to 0.
   * @returns false where the page may hold anything between what it held and what it should.
   */
  program(offset: number, bytes: Uint8Array): boolean;
  /**
   * Sets every byte of a sector to ERASED_BYTE, `offset` being its first byte. Stops an RP2040 for 45 to 400 ms.
   * @returns false where the sector may hold anything.
   */
  erase(offset: number): boolean;
}
