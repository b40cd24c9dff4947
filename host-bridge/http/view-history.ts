import type { View } from "../view.js";
import { reasonOfView } from "../view-reason.js";
import type { TimeLine } from "./time-line.js";

/** Roles that went to other cards, with the reason in words. */
const REASONS: Readonly<Record<string, string>> = {
  "primary-silent": "the primary was silent",
  "secondary-silent": "the secondary was silent",
  "secondary-found": "a secondary was found",
  handover: "handed over",
  renewed: "the same roles again",
};

export interface Health {
  readonly view: View | null;
  /** Why no numbers can be had; null where they can. */
  readonly notReady: string | null;
  /** The card that takes the orders; 0 for none. */
  readonly card: number;
}

/** Turns what the card in use tells of its view into entries of the time line: failovers, and how long they took. */
export class ViewHistory {
  private readonly timeLine: TimeLine;
  private view: View | null = null;
  private card = 0;
  private isReady = false;
  private wasEverReady = false;
  private outSinceMs = 0;

  constructor(timeLine: TimeLine) {
    this.timeLine = timeLine;
  }

  /** @param timeMs since 1970. */
  note(timeMs: number, { view, notReady, card }: Health): void {
    this.noteCard(timeMs, card);
    if (view !== null) this.noteView(timeMs, view);
    if ((notReady === null) !== this.isReady) this.noteReady(timeMs, notReady);
  }

  private noteCard(timeMs: number, card: number): void {
    if (card !== 0 && this.card !== 0 && card !== this.card) {
      this.timeLine.add(timeMs, "moved", `Requests go to card ${card}, not to card ${this.card} any more`);
    }
    if (card !== 0) this.card = card;
  }

  private noteView(timeMs: number, view: View): void {
    const { view: previous } = this;
    // A card that was away may tell an older view than the one before it, and then catches up.
    if (previous !== null && view.number <= previous.number) return;
    this.view = view;
    if (previous === null) {
      this.timeLine.add(timeMs, "view", `View ${view.number}: primary ${view.primary}, ${secondaryOf(view)}`);
      return;
    }
    const reason = reasonOfView(previous, view, { card: this.card, wasRestarted: false, planned: null });
    const why = REASONS[reason] ?? reason;
    this.timeLine.add(
      timeMs,
      "view",
      `View ${view.number}: primary ${view.primary}, ${secondaryOf(view)} (${why})`,
    );
  }

  private noteReady(timeMs: number, notReady: string | null): void {
    this.isReady = notReady === null;
    if (notReady !== null) {
      this.outSinceMs = timeMs;
      this.timeLine.add(timeMs, "outage", `No numbers: ${notReady}`);
      return;
    }
    if (this.wasEverReady) {
      this.timeLine.add(
        timeMs,
        "ready",
        `Numbers again, ${Math.round(timeMs - this.outSinceMs)} ms after the card said there were none`,
      );
    }
    this.wasEverReady = true;
  }
}

function secondaryOf({ primary, secondary }: View): string {
  return secondary === primary ? "alone" : `secondary ${secondary}`;
}
