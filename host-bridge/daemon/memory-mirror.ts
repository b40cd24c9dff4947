import { closeSync } from "node:fs";
import type { Clock } from "../clock.js";
import { openMirrorFile, writeMirrorSlot } from "./mirror-file.js";
import { MIRROR_SLOT_BYTES, type MirrorRecord } from "./mirror-layout.js";

/** How long what failed is left alone. */
const RETRY_MS = 1_000;

export interface MemoryMirrorSettings {
  readonly path: string;
  readonly clock: Clock;
  /** What is newest of an entry, when it is written; null where nothing is known of it. */
  readonly record: (entry: number) => MirrorRecord | null;
  readonly onFailure: (error: unknown) => void;
  /** All that is due was written. */
  readonly onKept: () => void;
}

/** The mirror that other processes read: each new number is written in the turn that brought it. */
export class MemoryMirror {
  private readonly settings: MemoryMirrorSettings;
  /** Of each entry, that of the record which is in the file. */
  private readonly sequences: bigint[];
  private readonly dueEntries = new Set<number>();
  private readonly slot = Buffer.alloc(MIRROR_SLOT_BYTES);
  private file: number | null = null;
  private isFlushDue = false;
  private isClosed = false;
  private cancelRetry: (() => void) | null = null;

  /** @param sequences of each entry, at least that of every record of it which may stand in the file. */
  constructor(settings: MemoryMirrorSettings, sequences: readonly bigint[]) {
    this.settings = settings;
    this.sequences = [...sequences];
    this.flush();
  }

  /** Something of an entry is newer: it is written in this turn of the event loop, with whatever else the turn brings. */
  due(entry: number): void {
    this.dueEntries.add(entry);
    if (this.isFlushDue || this.isClosed || this.cancelRetry !== null) return;
    this.isFlushDue = true;
    setImmediate(() => this.flush());
  }

  /** Writes what is newest, and gives the file back. */
  close(): void {
    if (this.isClosed) return;
    this.cancelRetry?.();
    this.flush();
    this.isClosed = true;
    this.cancelRetry?.();
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }

  private flush(): void {
    this.isFlushDue = false;
    if (this.isClosed) return;
    this.cancelRetry = null;
    try {
      this.file ??= openMirrorFile(this.settings.path, this.sequences.length);
      for (const entry of this.dueEntries) this.write(this.file, entry);
    } catch (error) {
      this.settings.onFailure(error);
      // Also where no number comes any more.
      this.cancelRetry = this.settings.clock.setTimer(() => this.flush(), RETRY_MS);
      return;
    }
    this.settings.onKept();
  }

  private write(file: number, entry: number): void {
    const record = this.settings.record(entry);
    if (record !== null) {
      // Only what was written counts: the next attempt must not go over the other slot, which is whole.
      const sequence = (this.sequences[entry] ?? 0n) + 1n;
      writeMirrorSlot(file, { ...record, sequence }, this.slot);
      this.sequences[entry] = sequence;
    }
    this.dueEntries.delete(entry);
  }
}
