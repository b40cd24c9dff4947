import { closeSync, openSync, readSync } from "node:fs";
import {
  decodeMirrorSlot,
  MAX_MIRROR_ENTRIES,
  MIRROR_ENTRY_BYTES,
  MIRROR_HEADER_BYTES,
  MIRROR_MAGIC,
  MIRROR_SLOT_BYTES,
  MIRROR_VERSION,
  type MirrorRecord,
} from "./daemon/mirror-layout.js";
import { SequenceError } from "./errors.js";

/** A reader that meets a writer twice as quick as itself looks again. */
const ATTEMPTS = 100;

/** What could be read of a mirror that may be damaged. */
export interface SalvagedMirror {
  readonly records: readonly MirrorRecord[];
  /** What is wrong with the rest, in words; null where all is whole. */
  readonly damage: string | null;
}

/**
 * Reads a daemon's mirror, in memory (/dev/shm) or its durable copy: the newest numbers, without a call to anybody.
 * @returns a record for each card that has one; never a torn one.
 * @throws SequenceError BAD_MIRROR where there is no such file, or it is something else, or damaged.
 */
export function readMirror(path: string): MirrorRecord[] {
  const { records, damage } = salvageMirror(path);
  if (damage !== null) throw badMirror(path, damage);
  return [...records];
}

/**
 * Reads what is whole of a mirror.
 * @throws SequenceError BAD_MIRROR where there is no such file, or it is something else.
 */
export function salvageMirror(path: string): SalvagedMirror {
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
      const salvaged = readOnce(path, file);
      if (salvaged.damage === null || attempt >= ATTEMPTS) return salvaged;
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

/** What is whole at one moment: of a mirror that is written meanwhile, another moment may show more. */
function readOnce(path: string, file: number): SalvagedMirror {
  const bytes = Buffer.alloc(MIRROR_HEADER_BYTES + MAX_MIRROR_ENTRIES * MIRROR_ENTRY_BYTES);
  const length = readSync(file, bytes, 0, bytes.length, 0);
  if (length < MIRROR_HEADER_BYTES || bytes.toString("latin1", 0, MIRROR_MAGIC.length) !== MIRROR_MAGIC) {
    throw badMirror(path, "it is not a mirror of numbers");
  }
  if (bytes.readUInt32LE(8) !== MIRROR_VERSION) throw badMirror(path, "its layout is another version's");
  const entries = bytes.readUInt32LE(12);
  const records: MirrorRecord[] = [];
  let damage: string | null = null;
  for (let entry = 0; entry < entries; entry += 1) {
    const start = MIRROR_HEADER_BYTES + entry * MIRROR_ENTRY_BYTES;
    if (length < start + MIRROR_ENTRY_BYTES) return { records, damage: "it is cut short" };
    const both = bytes.subarray(start, start + MIRROR_ENTRY_BYTES);
    if (both.every((byte) => byte === 0)) continue;
    const one = decodeMirrorSlot(both.subarray(0, MIRROR_SLOT_BYTES), entry);
    const other = decodeMirrorSlot(both.subarray(MIRROR_SLOT_BYTES), entry);
    if (one === null && other === null) damage = "both copies of a record are damaged; restart its daemon";
    else records.push(newer(one, other));
  }
  return { records, damage };
}

function newer(one: MirrorRecord | null, other: MirrorRecord | null): MirrorRecord {
  if (one === null) return other as MirrorRecord;
  return other === null || one.sequence > other.sequence ? one : other;
}

function badMirror(path: string, why: string): SequenceError {
  return new SequenceError("BAD_MIRROR", `cannot read the mirror ${path}: ${why}`);
}
