import type { TimeLineEntry } from "../page/snapshot.js";

/** How many of the newest are kept. */
export const MAX_TIME_LINE_ENTRIES = 60;

/** What happened to the fabric, as far as this daemon has seen it. */
export class TimeLine {
  private kept: TimeLineEntry[] = [];
  private lastId = 0;

  get entries(): readonly TimeLineEntry[] {
    return this.kept;
  }

  add(timeMs: number, kind: TimeLineEntry["kind"], text: string): void {
    this.lastId += 1;
    this.kept.push({ id: this.lastId, timeMs, kind, text });
    if (this.kept.length > MAX_TIME_LINE_ENTRIES) this.kept.shift();
  }
}
