import { crc32 } from "../../firmware/wire/crc32.js";

/**
 * The mirror's bytes; `docs/daemon.md` has them for readers in other languages. All little-endian.
 *
 * Header, 64 bytes: "SEQMIRR1", version u32 (1), number of entries u32, process id of the writer u32, zeros.
 * Then an entry a card, 128 bytes: two slots of 64. A slot: sequence u64, newest u64, held u64, writtenAtMs u64 (since
 * 1970), fabricId u32, cardId u32, zeros, and at 60 the CRC-32 of the 60 bytes in front of it.
 *
 * A writer writes the slot that does not hold the newest record, sequence one higher, in one piece. So whatever moment
 * a reader meets, at least one slot is whole; its CRC says which, and of two whole ones the higher sequence counts.
 */
export const MIRROR_MAGIC = "SEQMIRR1";
export const MIRROR_VERSION = 1;
export const MIRROR_HEADER_BYTES = 64;
export const MIRROR_SLOT_BYTES = 64;
export const MIRROR_ENTRY_BYTES = 2 * MIRROR_SLOT_BYTES;
/** More cards than a daemon can have: a larger file is none of ours. */
export const MAX_MIRROR_ENTRIES = 64;
const CHECKED_BYTES = 60;

/** What a mirror says of one card. */
export interface MirrorRecord {
  /** The entry's place in the file, from 0: the card's place in the daemon's configuration. */
  readonly entry: number;
  /** Rises with each record of this card. */
  readonly sequence: bigint;
  /** The newest number that is known to exist by this card: a lower bound of the fabric's. 0n for none. */
  readonly newest: bigint;
  /** The newest number that the card itself holds, as primary or secondary; 0n for none. */
  readonly held: bigint;
  /** When it was written, in milliseconds since 1970. */
  readonly writtenAtMs: number;
  readonly fabricId: number;
  /** 0 for a blank card. */
  readonly cardId: number;
}

export function encodeMirrorHeader(entries: number): Buffer {
  const header = Buffer.alloc(MIRROR_HEADER_BYTES);
  header.write(MIRROR_MAGIC, "latin1");
  header.writeUInt32LE(MIRROR_VERSION, 8);
  header.writeUInt32LE(entries, 12);
  header.writeUInt32LE(process.pid, 16);
  return header;
}

export function encodeMirrorSlot(into: Buffer, record: MirrorRecord): void {
  into.fill(0);
  into.writeBigUInt64LE(record.sequence, 0);
  into.writeBigUInt64LE(record.newest, 8);
  into.writeBigUInt64LE(record.held, 16);
  into.writeBigUInt64LE(BigInt(Math.trunc(record.writtenAtMs)), 24);
  into.writeUInt32LE(record.fabricId, 32);
  into.writeUInt32LE(record.cardId, 36);
  into.writeInt32LE(crc32(into, CHECKED_BYTES), CHECKED_BYTES);
}

/** Where the slot of a record stands in the file. */
export function mirrorSlotOffset(entry: number, sequence: bigint): number {
  return MIRROR_HEADER_BYTES + entry * MIRROR_ENTRY_BYTES + Number(sequence & 1n) * MIRROR_SLOT_BYTES;
}

/** @returns null where the slot is torn, or was never written. */
export function decodeMirrorSlot(slot: Buffer, entry: number): MirrorRecord | null {
  if (slot.length !== MIRROR_SLOT_BYTES || slot.readInt32LE(CHECKED_BYTES) !== crc32(slot, CHECKED_BYTES)) {
    return null;
  }
  const sequence = slot.readBigUInt64LE(0);
  if (sequence === 0n) return null;
  return {
    entry,
    sequence,
    newest: slot.readBigUInt64LE(8),
    held: slot.readBigUInt64LE(16),
    writtenAtMs: Number(slot.readBigUInt64LE(24)),
    fabricId: slot.readUInt32LE(32),
    cardId: slot.readUInt32LE(36),
  };
}
