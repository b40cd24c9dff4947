import { closeSync, openSync, readSync } from "node:fs";
import {
  decodeMirrorSlot,
  MIRROR_ENTRY_BYTES,
  MIRROR_HEADER_BYTES,
  MIRROR_MAGIC,
  MIRROR_SLOT_BYTES,
  MIRROR_VERSION,
  type MirrorRecord,
} from "./daemon/mirror-layout.js";
import { SequenceError } from "./errors.js";

/** More cards than a daemon can have: a larger file is none of ours. */
const MAX_ENTRIES = 64;
/** A reader that meets a writer twice as quick as itself looks again. */
const ATTEMPTS = 100;

/**
 * Reads a daemon's mirror, in memory (/dev/shm) or its durable copy: the newest numbers, without a call to anybody.
 * @returns a record for each card that has one; never a torn one.
 * @throws SequenceError BAD_MIRROR where there is no such file, or it is something else.
 */
export function readMirror(path: string): MirrorRecord[] {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw badMirror(
      path,
      `it cannot be opened: ${(error as Error).message}; name the file of a daemon's mirror`,
    );
  }
  try {
    for (let attempt = 0; ; attempt += 1) {
      const records = readOnce(path, file);
      if (records !== null) return records;
      if (attempt >= ATTEMPTS)
        throw badMirror(path, "both copies of a record are damaged; restart its daemon");
    }
  } finally {
    closeSync(file);
  }
}

/** The newest number that any card of a mirror knows, 0n for none: a lower bound, for `seed` and `recover`. */
export function newestOfMirror(path: string): bigint {
  let newest = 0n;
  for (const record of readMirror(path)) if (record.newest > newest) newest = record.newest;
  return newest;
}

/** @returns null where no slot of an entry was whole at that moment. */
function readOnce(path: string, file: number): MirrorRecord[] | null {
  const bytes = Buffer.alloc(MIRROR_HEADER_BYTES + MAX_ENTRIES * MIRROR_ENTRY_BYTES);
  const length = readSync(file, bytes, 0, bytes.length, 0);
  const entries = length < MIRROR_HEADER_BYTES ? -1 : bytes.readUInt32LE(12);
  if (bytes.toString("latin1", 0, MIRROR_MAGIC.length) !== MIRROR_MAGIC || entries < 0) {
    throw badMirror(path, "it is not a mirror of numbers");
  }
  if (bytes.readUInt32LE(8) !== MIRROR_VERSION) throw badMirror(path, "its layout is another version's");
  if (entries > MAX_ENTRIES || length < MIRROR_HEADER_BYTES + entries * MIRROR_ENTRY_BYTES) {
    throw badMirror(path, "it is cut short");
  }
  const records: MirrorRecord[] = [];
  for (let entry = 0; entry < entries; entry += 1) {
    const start = MIRROR_HEADER_BYTES + entry * MIRROR_ENTRY_BYTES;
    const both = bytes.subarray(start, start + MIRROR_ENTRY_BYTES);
    if (both.every((byte) => byte === 0)) continue;
    const one = decodeMirrorSlot(both.subarray(0, MIRROR_SLOT_BYTES), entry);
    const other = decodeMirrorSlot(both.subarray(MIRROR_SLOT_BYTES), entry);
    if (one === null && other === null) return null;
    records.push(newer(one, other));
  }
  return records;
}

function newer(one: MirrorRecord | null, other: MirrorRecord | null): MirrorRecord {
  if (one === null) return other as MirrorRecord;
  return other === null || one.sequence > other.sequence ? one : other;
}

function badMirror(path: string, why: string): SequenceError {
  return new SequenceError("BAD_MIRROR", `cannot read the mirror ${path}: ${why}`);
}
