import { close, fdatasync, write } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../clock.js";
import { openMirrorFile } from "./mirror-file.js";
import { encodeMirrorSlot, MIRROR_SLOT_BYTES, type MirrorRecord, mirrorSlotOffset } from "./mirror-layout.js";

const writeAt = promisify(write);
const syncData = promisify(fdatasync);
const closeFile = promisify(close);
/** What a directory that may be entered but not read says, and a file system that keeps names without being asked. */
const CANNOT_BE_SYNCED: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EINVAL", "ENOTSUP"]);

export interface DurableMirrorSettings {
  readonly path: string;
  readonly entries: number;
  /** At most one writing and syncing in this time, in milliseconds. */
  readonly everyMs: number;
  readonly clock: Clock;
  /** What is newest of each entry, when it is written. */
  readonly records: () => readonly MirrorRecord[];
  readonly onFailure: (error: unknown) => void;
  /** All was written, and is on the disk. */
  readonly onKept: () => void;
}

/** The mirror's copy on a disk. It is written in the thread pool, as a slow disk must not hold up a number. */
export class DurableMirror {
  private readonly settings: DurableMirrorSettings;
  private file: number | null = null;
  private isListed = false;
  private cancelTimer: (() => void) | null = null;
  private writing: Promise<boolean> = Promise.resolve(true);
  private sequence = 0n;
  private isClosed = false;

  /** @param sequence above that of every record which may stand in the file. */
  constructor(settings: DurableMirrorSettings, sequence: bigint) {
    this.settings = settings;
    this.sequence = sequence;
  }

  /** Something is newer: it is written soon. */
  due(): void {
    if (this.cancelTimer !== null || this.isClosed) return;
    this.cancelTimer = this.settings.clock.setTimer(() => {
      this.cancelTimer = null;
      void this.writeAll();
    }, this.settings.everyMs);
  }

  /** Writes what is newest, and gives the file back. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.cancelTimer?.();
    await this.writeAll();
    if (this.file !== null) await closeFile(this.file);
    this.file = null;
  }

  private writeAll(): Promise<boolean> {
    this.writing = this.writing.then(async () => {
      try {
        this.file ??= openMirrorFile(this.settings.path, this.settings.entries);
        // Only what was written counts: a second attempt must not go over the other slot, which is whole.
        const sequence = this.sequence + 1n;
        for (const record of this.settings.records()) await writeOne(this.file, { ...record, sequence });
        await syncData(this.file);
        await this.list();
        this.sequence = sequence;
        this.settings.onKept();
        return true;
      } catch (error) {
        this.settings.onFailure(error);
        // It is tried again at the same pace, also where no number comes any more.
        this.due();
        return false;
      }
    });
    return this.writing;
  }

  /** A file that was just made is not on the disk before its directory is, nor that before the one around it. */
  private async list(): Promise<void> {
    if (this.isListed) return;
    const directory = dirname(this.settings.path);
    for (const path of [directory, dirname(directory)]) await syncDirectory(path);
    this.isListed = true;
  }
}

/** The names in a directory outlive a power cut from then on, where this user and the file system allow to see to it. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, "r");
    await directory.sync().finally(() => directory.close());
  } catch (error) {
    if (!CANNOT_BE_SYNCED.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

async function writeOne(file: number, record: MirrorRecord): Promise<void> {
  const slot = Buffer.alloc(MIRROR_SLOT_BYTES);
  encodeMirrorSlot(slot, record);
  const offset = mirrorSlotOffset(record.entry, record.sequence);
  const { bytesWritten } = await writeAt(file, slot, 0, slot.length, offset);
  if (bytesWritten !== slot.length) throw new Error(`only ${bytesWritten} bytes were taken`);
}
