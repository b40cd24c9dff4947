/** The system ends a sleep about this much later than it was asked to. */
const SLACK_MS = 0.06;
/** The shortest sleep that gives the core away. */
const SHORTEST_MS = 0.001;
/** A nap is this part of what was waited already: what comes is seen late by no more than that. */
const PART = 1 / 16;
/** However long the wait lasts. */
const LONGEST_MS = 4;
/** The first nap ends so early that of eight answers or so one only has come before. */
const SHORTER = 0.95;
const LONGER = 1.007;

/**
 * How long to sleep between looks at a line whose bytes wake nobody: first until an answer may be there soon, as earlier
 * ones came, then shortly, and longer the longer it lasts.
 */
export class NapSchedule {
  private firstMs = 0;
  private beganMs: number | null = null;
  private naps = 0;

  /** Something came: the wait, where there was one, is over. */
  end(nowMs: number): void {
    if (this.beganMs !== null) this.learn(nowMs - this.beganMs);
    this.beganMs = null;
  }

  /** The wait was given up. What comes later says nothing about how long answers take. */
  forget(): void {
    this.beganMs = null;
  }

  /** @returns how long to sleep now, in milliseconds: no longer than `atMostMs`, but for what the system adds. */
  next(nowMs: number, atMostMs: number): number {
    if (this.beganMs === null) {
      this.beganMs = nowMs;
      this.naps = 0;
    }
    const waitedMs = nowMs - this.beganMs;
    const wantedMs = this.naps === 0 ? this.firstMs : Math.min(LONGEST_MS, waitedMs * PART);
    this.naps += 1;
    return Math.max(SHORTEST_MS, Math.min(wantedMs, atMostMs) - SLACK_MS);
  }

  /** What was there at the first look came no one knows when: it says only that the nap may have been too long. */
  private learn(tookMs: number): void {
    if (this.naps <= 1) this.firstMs *= SHORTER;
    else
      this.firstMs = Math.min(LONGEST_MS, tookMs, this.firstMs * LONGER) || Math.min(LONGEST_MS, tookMs / 4);
  }
}
