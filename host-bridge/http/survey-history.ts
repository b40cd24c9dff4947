import type { FabricSurvey } from "../fabric-survey.js";
import type { TimeLine } from "./time-line.js";

/** Compares surveys: cards that fell silent or came back, cables that were cut or mended. */
export class SurveyHistory {
  private readonly timeLine: TimeLine;
  private readonly silent = new Set<number>();
  private readonly broken = new Set<string>();

  constructor(timeLine: TimeLine) {
    this.timeLine = timeLine;
  }

  /** @param timeMs since 1970. */
  note(timeMs: number, { cards, cables }: FabricSurvey): void {
    for (const { card, answered } of cards) {
      this.follow(this.silent, card, !answered, (isLost) =>
        this.timeLine.add(
          timeMs,
          isLost ? "card-lost" : "card-back",
          isLost ? `Card ${card} is silent` : `Card ${card} answers again`,
        ),
      );
    }
    const silentNow = this.silent;
    for (const { cards: ends, state, links, isTrunk } of cables) {
      // A card that is gone takes its cables with it, which is no news of them.
      if (ends.some((card) => silentNow.has(card))) continue;
      const key = `${ends.join("-")}:${links.join("-")}`;
      this.follow(this.broken, key, state === "dead" || state === "one-way", (isLost) =>
        this.timeLine.add(
          timeMs,
          isLost ? "cable-lost" : "cable-back",
          `${isTrunk ? "Trunk" : "Cable"} between ${ends[0]} and ${ends[1]} ${isLost ? `is ${state}` : "carries again"}`,
        ),
      );
    }
  }

  private follow<Key>(set: Set<Key>, key: Key, isLost: boolean, tell: (isLost: boolean) => void): void {
    if (isLost === set.has(key)) return;
    if (isLost) set.add(key);
    else set.delete(key);
    tell(isLost);
  }
}
