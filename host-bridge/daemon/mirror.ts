import type { Logger } from "pino";
import type { CardIdentity } from "../card-identity.js";
import type { Clock } from "../clock.js";
import { type SalvagedMirror, salvageMirror } from "../mirror-reader.js";
import { DurableMirror } from "./durable-mirror.js";
import { MemoryMirror } from "./memory-mirror.js";
import type { Metrics } from "./metrics.js";
import type { MirrorRecord } from "./mirror-layout.js";

export interface MirrorSettings {
  /** In memory, where other processes read it; null for none. */
  readonly memoryPath: string | null;
  /** On a disk, for `seed` and `recover`; null for none. */
  readonly durablePath: string | null;
  /** The durable file is written at most this often, in milliseconds. */
  readonly durableEveryMs: number;
  readonly cards: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

type Copy = "memory" | "durable";

interface Entry {
  /** The highest that was found in either file. */
  sequence: bigint;
  newest: bigint;
  held: bigint;
  fabricId: number;
  cardId: number;
}

/**
 * Keeps the newest number of each local card where every process can read it, and in a file that outlives a power cut.
 * A file that cannot be written is counted, told once a kind of failure, and tried again; nobody waits for it.
 */
export class Mirror {
  private readonly settings: MirrorSettings;
  private readonly entries: Entry[];
  private memory: MemoryMirror | null = null;
  private durable: DurableMirror | null = null;
  private readonly failures;
  /** Of each copy, the kinds of failure that were told since it was kept. */
  private readonly told: Readonly<Record<Copy, Set<string>>> = { memory: new Set(), durable: new Set() };

  constructor(settings: MirrorSettings) {
    this.settings = settings;
    const { metrics, cards } = settings;
    this.failures = metrics.counter("mirror_failures_total", "Writes of the mirror that failed", ["file"]);
    this.entries = Array.from({ length: cards }, () => ({
      sequence: 0n,
      newest: 0n,
      held: 0n,
      fabricId: 0,
      cardId: 0,
    }));
  }

  /** Goes on from what the files hold: a number that was known stays known. */
  open(): void {
    const { memoryPath, durablePath, durableEveryMs, clock, cards } = this.settings;
    for (const path of [durablePath, memoryPath]) if (path !== null) this.continueFrom(path);
    if (memoryPath !== null) {
      this.memory = new MemoryMirror(
        { path: memoryPath, clock, record: (entry) => this.record(entry), ...this.eventsOf("memory") },
        this.entries.map(({ sequence }) => sequence),
      );
    }
    if (durablePath !== null) {
      let sequence = 0n;
      for (const entry of this.entries) if (entry.sequence > sequence) sequence = entry.sequence;
      const records = (): MirrorRecord[] => this.records();
      this.durable = new DurableMirror(
        {
          path: durablePath,
          entries: cards,
          everyMs: durableEveryMs,
          clock,
          records,
          ...this.eventsOf("durable"),
        },
        sequence,
      );
    }
    for (const [index, entry] of this.entries.entries()) if (entry.fabricId !== 0) this.due(index);
  }

  /** A number is known to exist by a card: never goes down. */
  raise(index: number, card: CardIdentity | null, number: bigint): void {
    const entry = this.entryOf(index, card);
    if (entry === null || number <= entry.newest) return;
    entry.newest = number;
    this.due(index);
  }

  /** A card holds a number, as primary or secondary of its view. */
  hold(index: number, card: CardIdentity | null, number: bigint): void {
    const entry = this.entryOf(index, card);
    if (entry === null || number === entry.held) return;
    entry.held = number;
    if (number > entry.newest) entry.newest = number;
    this.due(index);
  }

  /** Writes what is due, and gives the files back. */
  async close(): Promise<void> {
    this.memory?.close();
    await this.durable?.close();
  }

  private entryOf(index: number, card: CardIdentity | null): Entry | null {
    const entry = this.entries[index];
    if (entry === undefined || card === null || card.fabricId === 0) return null;
    if (entry.fabricId !== card.fabricId || entry.cardId !== card.id) {
      // Another card is at the port. What was known of another fabric says nothing of this one.
      if (entry.fabricId !== card.fabricId) entry.newest = 0n;
      entry.held = 0n;
      entry.fabricId = card.fabricId;
      entry.cardId = card.id;
    }
    return entry;
  }

  private due(index: number): void {
    this.memory?.due(index);
    this.durable?.due();
  }

  private record(index: number): MirrorRecord | null {
    const entry = this.entries[index];
    if (entry === undefined || entry.fabricId === 0) return null;
    return { ...entry, entry: index, writtenAtMs: Date.now() };
  }

  private records(): MirrorRecord[] {
    return this.entries.map((_, index) => this.record(index)).filter((record) => record !== null);
  }

  private continueFrom(path: string): void {
    let found: SalvagedMirror;
    try {
      found = salvageMirror(path);
    } catch (error) {
      // None yet; or something else, of which the opening tells.
      this.settings.log.debug({ path, error }, "no mirror to go on from");
      return;
    }
    const { records, damage } = found;
    if (damage !== null) {
      const message = `the mirror ${path} is damaged; what is whole of it is gone on from: ${records.length} of its records`;
      this.settings.log.warn({ code: "BAD_MIRROR", path, damage }, message);
    }
    for (const { entry: index, sequence, newest, fabricId, cardId } of records) {
      const entry = this.entries[index];
      if (entry === undefined) continue;
      if (sequence > entry.sequence) entry.sequence = sequence;
      if (newest > entry.newest && (entry.fabricId === 0 || entry.fabricId === fabricId)) {
        Object.assign(entry, { newest, fabricId, cardId });
      }
    }
  }

  private eventsOf(file: Copy): { onFailure: (error: unknown) => void; onKept: () => void } {
    return { onFailure: (error) => this.fail(file, error), onKept: () => this.kept(file) };
  }

  private fail(file: Copy, error: unknown): void {
    this.failures.inc({ file });
    const message = error instanceof Error ? error.message : String(error);
    const system = (error as NodeJS.ErrnoException).code;
    const kind = system ?? message;
    if (this.told[file].has(kind)) return;
    this.told[file].add(kind);
    const path = this.pathOf(file);
    this.settings.log.error(
      { code: "MIRROR_FAILED", file, path, system },
      `the ${file} mirror ${path} is not kept: ${message}; numbers go on. Make room, or choose another file`,
    );
  }

  private kept(file: Copy): void {
    if (this.told[file].size === 0) return;
    this.told[file].clear();
    const path = this.pathOf(file);
    this.settings.log.info({ file, path }, `the ${file} mirror is kept again`);
  }

  private pathOf(file: Copy): string | null {
    return file === "memory" ? this.settings.memoryPath : this.settings.durablePath;
  }
}
