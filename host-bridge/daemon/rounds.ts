/** How often in a row somebody must have asked again in time, to be waited for: one who is late every fourth time seldom is. */
const TRUST_FROM = 4;
/** Bounds of how long the return of those who were served is waited for: the resolution of timers, and a slow answer. */
const SHORTEST_RETURN_MS = 1;
const LONGEST_RETURN_MS = 5;
/** How long orders are kept back at the most, whatever is under way: about when a card repeats a request that got lost. */
const LONGEST_HOLD_MS = 25;
/** The newest answer counts for this part of what answers usually take. */
const SMOOTHING = 8;

/** One who orders again and again, such as a process at the socket, and whether he does so as soon as he is served. */
export class Regular {
  /** How often in a row he did. */
  timesInTime = 0;
  /** Since when he has what he ordered last and has not ordered again; below 0: he has ordered. */
  awaySinceMs = -1;
}

/**
 * When orders are to be handed to the card. A card has one request under way, so what is ordered meanwhile waits for the next one. If that
 * went at once, those just served would miss it by a moment, and for good there would be two groups that wait for one
 * another's answers: half as many numbers in each request. So those who have proved to ask again at once are waited for, no longer
 * than an answer takes, and all come round together. Who is alone, or orders now and then, is never waited for.
 */
export class Rounds {
  /** Orders under way of those who are trusted. */
  private trustedUnderWay = 0;
  private underWay = 0;
  /** Who was served, and is waited for. */
  private readonly awaited = new Set<Regular>();
  private servedAtMs = 0;
  private askedAtMs = 0;
  /** What an answer takes. */
  private answerMs = SHORTEST_RETURN_MS;
  private isTimed = false;

  /** An order was placed. */
  notePlaced(regular: Regular | undefined, nowMs: number): void {
    if (regular === undefined || regular.awaySinceMs < 0) return;
    const isInTime = nowMs - regular.awaySinceMs <= this.returnMs;
    regular.awaySinceMs = -1;
    regular.timesInTime = isInTime ? regular.timesInTime + 1 : 0;
    this.awaited.delete(regular);
  }

  /** An order was handed to a card. @returns whether its end is to be told as that of one who is trusted. */
  noteAsked(regular: Regular | undefined, nowMs: number): boolean {
    if (this.underWay === 0) {
      this.askedAtMs = nowMs;
      this.isTimed = true;
    }
    this.underWay += 1;
    const isTrusted = regular !== undefined && regular.timesInTime >= TRUST_FROM;
    if (isTrusted) this.trustedUnderWay += 1;
    return isTrusted;
  }

  /** An order that was handed to a card is settled, for whatever reason. */
  noteSettled(wasTrusted: boolean): void {
    this.underWay -= 1;
    if (wasTrusted) this.trustedUnderWay -= 1;
  }

  /** Somebody got his numbers. */
  noteServed(regular: Regular | undefined, nowMs: number): void {
    if (this.isTimed) {
      this.answerMs += (nowMs - this.askedAtMs - this.answerMs) / SMOOTHING;
      this.isTimed = false;
    }
    if (regular === undefined) return;
    regular.awaySinceMs = nowMs;
    if (regular.timesInTime < TRUST_FROM) return;
    this.servedAtMs = nowMs;
    this.awaited.add(regular);
  }

  /** He will not order any more. */
  forget(regular: Regular): void {
    this.awaited.delete(regular);
  }

  /**
   * @param sinceMs when the oldest of the orders that wait was placed.
   * @returns until when they are to be kept; not after `nowMs`: not at all.
   */
  holdUntilMs(sinceMs: number, nowMs: number): number {
    const latestMs = sinceMs + LONGEST_HOLD_MS;
    if (this.trustedUnderWay > 0) return latestMs;
    if (this.awaited.size === 0) return nowMs;
    const untilMs = Math.min(this.servedAtMs + this.returnMs, latestMs);
    if (untilMs <= nowMs) this.giveUp();
    return untilMs;
  }

  private get returnMs(): number {
    return Math.max(SHORTEST_RETURN_MS, Math.min(this.answerMs, LONGEST_RETURN_MS));
  }

  /** Those who are still waited for have not come in time. */
  private giveUp(): void {
    for (const regular of this.awaited) regular.timesInTime = 0;
    this.awaited.clear();
  }
}
