import { crc32 } from "../wire/crc32.js";
import { ERASED_BYTE, type Flash } from "./flash.js";
import { MAX_RECORD_BYTES } from "./record-store.js";

/** Bytes before the record itself; the CRC stands behind it. */
export const HEADER_BYTES = 12;
/** "SR" in the order of the bytes. */
const MAGIC = 0x5253;
const FORMAT = 1;
const OFFSET_FORMAT = 2;
const OFFSET_ERASED_AHEAD = 3;
const OFFSET_SEQUENCE = 4;
const OFFSET_LENGTH = 10;
const TWO_32 = 0x1_0000_0000;

/** The last sequence number. At a thousand records a second it is nine thousand years away, so there is no wrap. */
export const LAST_SEQUENCE = 2 ** 48 - 1;

/** One copy of a record as it stands in half a page: `docs/flash.md` gives it byte by byte. */
export class RecordCopy {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly flash: Pick<Flash, "crc32">;

  /**
   * @param copyBytes half a page.
   * @param flash computes the CRC where it has something quicker than this program.
   */
  constructor(copyBytes: number, flash: Pick<Flash, "crc32"> = {}) {
    this.bytes = new Uint8Array(copyBytes);
    this.view = new DataView(this.bytes.buffer);
    this.flash = flash;
  }

  /** @returns the sequence number, or -1 where the first `HEADER_BYTES` are no header. Says nothing of the CRC. */
  get sequence(): number {
    const { view } = this;
    const isHeader =
      view.getUint16(0, true) === MAGIC &&
      view.getUint8(OFFSET_FORMAT) === FORMAT &&
      this.length <= MAX_RECORD_BYTES;
    if (!isHeader) return -1;
    return view.getUint16(OFFSET_SEQUENCE + 4, true) * TWO_32 + view.getUint32(OFFSET_SEQUENCE, true);
  }

  /** Bytes of the record. */
  get length(): number {
    return this.view.getUint16(OFFSET_LENGTH, true);
  }

  /** Sectors behind this one that were known to be erased, to the end, when this was written. */
  get erasedAhead(): number {
    return this.view.getUint8(OFFSET_ERASED_AHEAD);
  }

  /** Whether header, record and CRC belong together. */
  isWhole(): boolean {
    if (this.sequence < 0) return false;
    const crcAt = HEADER_BYTES + this.length;
    return this.view.getInt32(crcAt, true) === this.crc(crcAt);
  }

  /** The record, as long as this copy is not changed. */
  record(): Uint8Array {
    return this.bytes.subarray(HEADER_BYTES, HEADER_BYTES + this.length);
  }

  /** Fills this copy. What is left of its half page stays erased. */
  encode(sequence: number, erasedAhead: number, record: Uint8Array, length: number): void {
    const { bytes, view } = this;
    const crcAt = HEADER_BYTES + length;
    bytes.set(firstOf(record, length), HEADER_BYTES);
    bytes.fill(ERASED_BYTE, crcAt);
    view.setUint16(0, MAGIC, true);
    view.setUint8(OFFSET_FORMAT, FORMAT);
    view.setUint8(OFFSET_ERASED_AHEAD, erasedAhead);
    view.setUint32(OFFSET_SEQUENCE, sequence % TWO_32, true);
    view.setUint16(OFFSET_SEQUENCE + 4, Math.floor(sequence / TWO_32), true);
    view.setUint16(OFFSET_LENGTH, length, true);
    view.setInt32(crcAt, this.crc(crcAt), true);
  }

  private crc(length: number): number {
    const { bytes, flash } = this;
    return flash.crc32 === undefined ? crc32(bytes, length) : flash.crc32(bytes, length);
  }
}

/**
 * The bytes of a record with what may stand behind them: as they are, where they fit into half a page like this, as a piece of them
 * would be a new object, and on a full heap of a small board the next new object costs a millisecond.
 */
export function firstOf(record: Uint8Array, length: number): Uint8Array {
  return record.length === MAX_RECORD_BYTES ? record : record.subarray(0, length);
}
