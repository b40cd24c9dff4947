import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import {
  MAX_RECORD_BYTES,
  RECORD_BLANK,
  RECORD_DAMAGED,
  RECORD_FOUND,
} from "../../firmware/storage/record-store.js";
import { crc32 } from "../../firmware/wire/crc32.js";
import { messageOf, RigError } from "./rig-error.js";

const CHECKSUM_BYTES = 4;
const NOTHING = new Uint8Array(0);

/** The flash of a virtual card: it outlives the card, and with a file also the rig. */
export interface CardFlash {
  /** RECORD_FOUND, RECORD_BLANK or RECORD_DAMAGED. */
  readonly state: number;
  /** The newest record; empty where there is none. */
  readonly record: Uint8Array;
  /**
   * Returns when the record is durable.
   * @throws RigError STORAGE_FAILED; the earlier record then still stands.
   */
  write(record: Uint8Array): void;
}

export class MemoryFlash implements CardFlash {
  state = RECORD_BLANK;
  record: Uint8Array = NOTHING;

  write(record: Uint8Array): void {
    this.record = Uint8Array.from(record);
    this.state = RECORD_FOUND;
  }
}

/** A record and its CRC-32 in a file that is always replaced whole. */
export class FileFlash implements CardFlash {
  state = RECORD_BLANK;
  record: Uint8Array = NOTHING;
  private readonly path: string;

  /** @throws RigError STORAGE_FAILED where the file is there and cannot be read, or its folder cannot be made. */
  constructor(path: string) {
    this.path = path;
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.load(readFileSync(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw this.failure("read", error);
    }
  }

  write(record: Uint8Array): void {
    const bytes = Buffer.alloc(record.length + CHECKSUM_BYTES);
    bytes.set(record);
    bytes.writeInt32LE(crc32(record, record.length), record.length);
    try {
      replaceFile(this.path, bytes);
    } catch (error) {
      throw this.failure("written", error);
    }
    this.record = Uint8Array.from(record);
    this.state = RECORD_FOUND;
  }

  private load(bytes: Buffer): void {
    const length = bytes.length - CHECKSUM_BYTES;
    const whole =
      length >= 1 && length <= MAX_RECORD_BYTES && bytes.readInt32LE(length) === crc32(bytes, length);
    this.state = whole ? RECORD_FOUND : RECORD_DAMAGED;
    if (whole) this.record = Uint8Array.from(bytes.subarray(0, length));
  }

  private failure(what: string, cause: unknown): RigError {
    const advice = "Free some space or choose another folder with --state.";
    return new RigError(
      "STORAGE_FAILED",
      `${this.path} cannot be ${what}: ${messageOf(cause)}. ${advice}`,
      cause,
    );
  }
}

/** Whatever happens, the file holds the old bytes or the new ones. */
function replaceFile(path: string, bytes: Uint8Array): void {
  const fresh = `${path}.new`;
  withFile(fresh, "w", (file) => {
    writeSync(file, bytes);
    fsyncSync(file);
  });
  renameSync(fresh, path);
  // The new name is in the folder, so the folder has to reach the disk too.
  withFile(dirname(path), "r", fsyncSync);
}

function withFile(path: string, flags: string, action: (file: number) => void): void {
  const file = openSync(path, flags);
  try {
    action(file);
  } finally {
    closeSync(file);
  }
}
