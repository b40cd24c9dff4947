import { closeSync, constants, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import {
  encodeMirrorHeader,
  encodeMirrorSlot,
  MIRROR_ENTRY_BYTES,
  MIRROR_HEADER_BYTES,
  MIRROR_SLOT_BYTES,
  type MirrorRecord,
  mirrorSlotOffset,
} from "./mirror-layout.js";

const READABLE_BY_ALL = 0o644;

/**
 * Opens or makes the file of a mirror. Not through a link, and not another user's: the directory may be everybody's.
 * @returns its descriptor.
 * @throws the errors of the file system.
 */
export function openMirrorFile(path: string, entries: number): number {
  mkdirSync(dirname(path), { recursive: true });
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const file = openSync(path, flags, READABLE_BY_ALL);
  try {
    const { uid, size } = fstatSync(file);
    if (process.getuid !== undefined && uid !== process.getuid()) throw new Error("it is another user's");
    const wanted = MIRROR_HEADER_BYTES + entries * MIRROR_ENTRY_BYTES;
    if (fstatSync(file).isFile() && size !== wanted) ftruncateSync(file, wanted);
    writeSync(file, encodeMirrorHeader(entries), 0, MIRROR_HEADER_BYTES, 0);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Writes a record into the slot that is its, in one piece. @throws the errors of the file system. */
export function writeMirrorSlot(file: number, record: MirrorRecord, slot: Buffer): void {
  encodeMirrorSlot(slot, record);
  const written = writeSync(
    file,
    slot,
    0,
    MIRROR_SLOT_BYTES,
    mirrorSlotOffset(record.entry, record.sequence),
  );
  if (written !== MIRROR_SLOT_BYTES) throw new Error(`only ${written} bytes were taken`);
}
