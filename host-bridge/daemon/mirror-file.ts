import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import {
  encodeMirrorHeader,
  encodeMirrorSlot,
  MAX_MIRROR_ENTRIES,
  MIRROR_ENTRY_BYTES,
  MIRROR_HEADER_BYTES,
  MIRROR_MAGIC,
  MIRROR_SLOT_BYTES,
  MIRROR_VERSION,
  type MirrorRecord,
  mirrorSlotOffset,
} from "./mirror-layout.js";

const READABLE_BY_ALL = 0o644;
const MAX_BYTES = MIRROR_HEADER_BYTES + MAX_MIRROR_ENTRIES * MIRROR_ENTRY_BYTES;

/**
 * Opens or makes the file of a mirror. Not through a link, and not another user's: the directory may be everybody's. A
 * file that holds something else is left as it is: its path may be a slip of the pen. One with more entries keeps them:
 * what they say is true, also where a daemon has fewer cards now.
 * @returns its descriptor.
 * @throws Error which says why it is left alone, and the errors of the file system.
 */
export function openMirrorFile(path: string, cards: number): number {
  mkdirSync(dirname(path), { recursive: true });
  // Without waiting: what is a terminal or a pipe is found out below.
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = openSync(path, flags, READABLE_BY_ALL);
  try {
    const entries = Math.max(cards, entriesOf(file));
    const wanted = MIRROR_HEADER_BYTES + entries * MIRROR_ENTRY_BYTES;
    if (fstatSync(file).size < wanted) ftruncateSync(file, wanted);
    writeSync(file, encodeMirrorHeader(entries), 0, MIRROR_HEADER_BYTES, 0);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/**
 * @returns how many entries it has; 0 for a mirror that was not begun yet.
 * @throws Error where the file is anything but a mirror of this layout.
 */
function entriesOf(file: number): number {
  const status = fstatSync(file);
  if (!status.isFile()) throw new Error("it is no plain file");
  if (process.getuid !== undefined && status.uid !== process.getuid())
    throw new Error("it is another user's");
  const bytes = Buffer.alloc(MAX_BYTES);
  const length = readSync(file, bytes, 0, MAX_BYTES, 0);
  // A file of zeros is what a power cut can leave of one that was just made.
  if (status.size <= MAX_BYTES && bytes.every((byte) => byte === 0)) return 0;
  if (length < MIRROR_HEADER_BYTES || bytes.toString("latin1", 0, MIRROR_MAGIC.length) !== MIRROR_MAGIC) {
    throw new Error("it holds something else, and is left alone");
  }
  if (bytes.readUInt32LE(8) !== MIRROR_VERSION) {
    throw new Error("it is a mirror of another version, and is left alone");
  }
  return Math.min(bytes.readUInt32LE(12), MAX_MIRROR_ENTRIES);
}

/** Writes a record into the slot that is its, in one piece. @throws the errors of the file system. */
export function writeMirrorSlot(file: number, record: MirrorRecord, slot: Buffer): void {
  encodeMirrorSlot(slot, record);
  const offset = mirrorSlotOffset(record.entry, record.sequence);
  const written = writeSync(file, slot, 0, MIRROR_SLOT_BYTES, offset);
  if (written !== MIRROR_SLOT_BYTES) throw new Error(`only ${written} bytes were taken`);
}
