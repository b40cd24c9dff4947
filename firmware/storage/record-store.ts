/** Bytes of the largest record: what a card must remember, with room for `MAX_MEMBERS` members and some growth. */
export const MAX_RECORD_BYTES = 128;

/** What `read` found. */
export const RECORD_FOUND = 1;
/** Nothing was ever written. */
export const RECORD_BLANK = 0;
/** Something was written and cannot be read: the card must not take itself for a blank one. */
export const RECORD_DAMAGED = -1;

/** Where a card keeps the one record that it must never forget. On boards it is a log in flash. */
export interface RecordStore {
  /**
   * Reads the newest whole record into `into`, which holds `MAX_RECORD_BYTES`.
   * @returns RECORD_FOUND, RECORD_BLANK or RECORD_DAMAGED.
   */
  read(into: Uint8Array): number;
  /**
   * Writes `bytes[0..length)` as the newest record. When it returns true, the record outlives a power cut.
   * @returns false where that could not be done; the earlier record then still stands.
   */
  write(bytes: Uint8Array, length: number): boolean;
}
