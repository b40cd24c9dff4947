import { closeSync } from "node:fs";
import type { Logger } from "pino";
import type { CardIdentity } from "../card-identity.js";
import type { Clock } from "../clock.js";
import { type SalvagedMirror, salvageMirror } from "../mirror-reader.js";
import { DurableMirror } from "./durable-mirror.js";
import type { Metrics } from "./metrics.js";
import { openMirrorFile, writeMirrorSlot } from "./mirror-file.js";
import { MIRROR_SLOT_BYTES, type MirrorRecord } from "./mirror-layout.js";

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

interface Entry {
  sequence: bigint;
  newest: bigint;
  held: bigint;
  fabricId: number;
  cardId: number;
  isDue: boolean;
}

/**
 * Keeps the newest number of each local card where every process can read it, and in a file that outlives a power cut.
 * A file that cannot be written is counted and told, once a kind of failure; nobody waits for it.
 */
export class Mirror {
  private readonly settings: MirrorSettings;
  private readonly entries: Entry[];
  private readonly slot = Buffer.alloc(MIRROR_SLOT_BYTES);
  private memory: number | null = null;
  private durable: DurableMirror | null = null;
  private isOpen = false;
  private isFlushDue = false;
  private readonly failures;
  private readonly toldOf = new Set<string>();

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
      isDue: false,
    }));
  }

  /** Goes on from what the files hold: a number that was known stays known. */
  open(): void {
    const { memoryPath, durablePath, durableEveryMs, clock, cards } = this.settings;
    this.isOpen = true;
    for (const path of [durablePath, memoryPath]) if (path !== null) this.continueFrom(path);
    if (memoryPath !== null) {
      try {
        this.memory = openMirrorFile(memoryPath, cards);
      } catch (error) {
        this.fail("memory", error);
      }
    }
    if (durablePath !== null) {
      let sequence = 0n;
      for (const entry of this.entries) if (entry.sequence > sequence) sequence = entry.sequence;
      const records = (): MirrorRecord[] => this.records();
      const onFailure = (error: unknown): void => this.fail("durable", error);
      this.durable = new DurableMirror(
        { path: durablePath, entries: cards, everyMs: durableEveryMs, clock, records, onFailure },
        sequence,
      );
    }
    for (const entry of this.entries) if (entry.fabricId !== 0) this.due(entry);
  }

  /** A number is known to exist by a card: never goes down. */
  raise(index: number, card: CardIdentity | null, number: bigint): void {
    const entry = this.entryOf(index, card);
    if (entry === null || number <= entry.newest) return;
    entry.newest = number;
    this.due(entry);
  }

  /** A card holds a number, as primary or secondary of its view. */
  hold(index: number, card: CardIdentity | null, number: bigint): void {
    const entry = this.entryOf(index, card);
    if (entry === null || number === entry.held) return;
    entry.held = number;
    if (number > entry.newest) entry.newest = number;
    this.due(entry);
  }

  /** Writes what is due, and gives the files back. */
  async close(): Promise<void> {
    this.flush();
    this.isOpen = false;
    if (this.memory !== null) closeSync(this.memory);
    this.memory = null;
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

  private due(entry: Entry): void {
    entry.isDue = true;
    this.durable?.due();
    if (this.isFlushDue || !this.isOpen) return;
    this.isFlushDue = true;
    // Once a turn of the event loop: whatever else this turn brings is newer still.
    setImmediate(() => this.flush());
  }

  private flush(): void {
    this.isFlushDue = false;
    for (const [index, entry] of this.entries.entries()) {
      if (!entry.isDue || this.memory === null) continue;
      entry.isDue = false;
      entry.sequence += 1n;
      try {
        writeMirrorSlot(this.memory, recordOf(index, entry), this.slot);
      } catch (error) {
        // The next one is written into the same slot: the other one is whole.
        entry.sequence -= 1n;
        entry.isDue = true;
        this.fail("memory", error);
      }
    }
  }

  private records(): MirrorRecord[] {
    return this.entries.flatMap((entry, index) => (entry.fabricId === 0 ? [] : [recordOf(index, entry)]));
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

  private fail(file: "memory" | "durable", error: unknown): void {
    this.failures.inc({ file });
    const message = error instanceof Error ? error.message : String(error);
    const system = (error as NodeJS.ErrnoException).code;
    const kind = `${file} ${system ?? message}`;
    if (this.toldOf.has(kind)) return;
    this.toldOf.add(kind);
    const path = file === "memory" ? this.settings.memoryPath : this.settings.durablePath;
    this.settings.log.error(
      { code: "MIRROR_FAILED", file, path, system },
      `the ${file} mirror ${path} is not kept: ${message}; numbers go on. Make room, or choose another file`,
    );
  }
}

function recordOf(entry: number, from: Entry): MirrorRecord {
  const { sequence, newest, held, fabricId, cardId } = from;
  return { entry, sequence, newest, held, fabricId, cardId, writtenAtMs: Date.now() };
}
