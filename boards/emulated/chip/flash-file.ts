import { closeSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf, RigError } from "../../virtual/rig-error.js";

/** A file that has what a flash chip has, so that it outlives the rig. */
export class FlashFile {
  private readonly descriptor: number;
  private readonly path: string;

  private constructor(path: string, descriptor: number) {
    this.path = path;
    this.descriptor = descriptor;
  }

  /**
   * Opens or makes the file, and reads it into `bytes`; what it does not have stays as it is.
   * @throws RigError STORAGE_FAILED.
   */
  static open(path: string, bytes: Uint8Array): FlashFile {
    try {
      mkdirSync(dirname(path), { recursive: true });
      // "a" makes it where it is missing, but would write at its end only.
      closeSync(openSync(path, "a"));
      const descriptor = openSync(path, "r+");
      readSync(descriptor, bytes, 0, bytes.length, 0);
      return new FlashFile(path, descriptor);
    } catch (error) {
      throw failure(path, error);
    }
  }

  /** Writes a part that has changed. @throws RigError STORAGE_FAILED. */
  write(bytes: Uint8Array, offset: number, length: number): void {
    try {
      writeSync(this.descriptor, bytes, offset, length, offset);
    } catch (error) {
      throw failure(this.path, error);
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

function failure(path: string, error: unknown): RigError {
  return new RigError("STORAGE_FAILED", `The flash file ${path} cannot be used: ${messageOf(error)}.`, error);
}
