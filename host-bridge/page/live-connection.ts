import type { RatePoint, Snapshot } from "./snapshot.js";

/** A picture comes each second; without one for this long, nobody is there. */
const SILENT_MS = 4_000;
const TRY_AGAIN_MS = 1_000;
const LOOK_EVERY_MS = 500;

export interface LiveEvents {
  onHistory(points: readonly RatePoint[]): void;
  onSnapshot(snapshot: Snapshot): void;
  /** The daemon does not answer. Called again and again until it does. */
  onGone(): void;
}

/** Listens to the daemon, and finds it again whenever it comes back. */
export class LiveConnection {
  private readonly events: LiveEvents;
  private source: EventSource | null = null;
  private heardAtMs = performance.now();
  private triedAtMs = 0;

  constructor(events: LiveEvents) {
    this.events = events;
    this.open();
    setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  private open(): void {
    this.source?.close();
    this.triedAtMs = performance.now();
    const source = new EventSource("/events");
    this.source = source;
    source.addEventListener("history", (event) => {
      this.events.onHistory(JSON.parse(event.data) as RatePoint[]);
    });
    source.addEventListener("snapshot", (event) => {
      const snapshot = JSON.parse(event.data) as Snapshot | null;
      if (snapshot === null) return;
      this.heardAtMs = performance.now();
      this.events.onSnapshot(snapshot);
    });
  }

  /** A browser gives up where it gets an answer that it does not expect, or waits on a line that is dead. */
  private look(): void {
    const nowMs = performance.now();
    const isClosed = this.source?.readyState !== EventSource.OPEN;
    if (!isClosed && nowMs - this.heardAtMs < SILENT_MS) return;
    this.events.onGone();
    const patienceMs = isClosed ? TRY_AGAIN_MS : SILENT_MS;
    if (nowMs - this.triedAtMs >= patienceMs) this.open();
  }
}
