/**
 * Bytes of the largest record: what a card must remember, with room for `MAX_MEMBERS` members and some growth. With its
 * header and CRC it fills half a page of flash, for a page holds it twice.
 */
export const MAX_RECORD_BYTES = 112;

/** What `read` found. */
export const RECORD_FOUND = 1;
/** Nothing was ever written. */
export const RECORD_BLANK = 0;
/** Something was written and cannot be read: the card must not take itself for a blank one. */
export const RECORD_DAMAGED = -1;

/**
 * A card that holds a role hands it over when fewer writes than this are left: the handover itself takes a promise and
 * a view, and ceilings may move a few times before it is through.
 */
export const LOW_FREE_WRITES = 8;

/** Where a card keeps the one record that it must never forget. On boards it is a log in flash. */
export interface RecordStore {
  /** Only where a store has to erase before it can write again. */
  readonly upkeep?: StoreUpkeep | undefined;
  /**
   * Reads the newest whole record into `into`, which holds `MAX_RECORD_BYTES`. The first call after a boot may take as
   * long as an erase.
   * @returns RECORD_FOUND, RECORD_BLANK or RECORD_DAMAGED.
   */
  read(into: Uint8Array): number;
  /**
   * Writes `bytes[0..length)` as the newest record. When it returns true, the record outlives a power cut.
   * @returns false where that could not be done: the earlier record still stands, though after a reboot this one may be
   * found in its place, whole. Where `upkeep.freeWrites` is 0, an erase is all that it lacks.
   */
  write(bytes: Uint8Array, length: number): boolean;
}

/** Erasing ahead, so that no write ever waits for an erase. */
export interface StoreUpkeep {
  /** Writes that fit before an erase is due. Bad pages may make it fewer. */
  readonly freeWrites: number;
  /** Whether `eraseOne` has anything to do. */
  readonly needsErase: boolean;
  /**
   * Erases one sector. It stops the whole card for as long as that takes, so a card that holds a role never calls it.
   * @returns false where there was nothing to erase, or the sector is bad; it is left alone until the next boot.
   */
  eraseOne(): boolean;
}
