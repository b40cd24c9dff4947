import type { Flash } from "../storage/flash.js";

/** What the flash chips of the boards have in common. */
const PAGE_BYTES = 256;
const SECTOR_BYTES = 4096;

/** The card's own part of the board's flash (flash.c), clear of the SDK's preferences and file system. */
export class FlashRegion extends Native("xs_flash_log_destructor") implements Flash {
  readonly pageBytes = PAGE_BYTES;
  readonly sectorBytes = SECTOR_BYTES;
  readonly sectorCount: number;

  /** @throws RangeError where the program leaves no room for so many sectors of 4 kB. */
  constructor(sectorCount: number) {
    super();
    this.sectorCount = sectorCount;
    this.open(sectorCount);
  }

  read(offset: number, into: Uint8Array, length: number): boolean {
    return native("xs_flash_log_read").call(this, offset, into, length);
  }

  isErased(offset: number, length: number): boolean {
    return native("xs_flash_log_is_erased").call(this, offset, length);
  }

  holds(offset: number, expected: Uint8Array): boolean {
    return native("xs_flash_log_holds").call(this, offset, expected);
  }

  crc32(bytes: Uint8Array, length: number): number {
    return native("xs_flash_log_crc32").call(this, bytes, length);
  }

  program(offset: number, bytes: Uint8Array): boolean {
    return native("xs_flash_log_program").call(this, offset, bytes);
  }

  erase(offset: number): boolean {
    return native("xs_flash_log_erase").call(this, offset);
  }

  private open(sectorCount: number): void {
    return native("xs_flash_log_open").call(this, sectorCount);
  }
}
