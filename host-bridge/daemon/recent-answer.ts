import type { Clock } from "../clock.js";

/** Asks at most once in a while, whoever wants to know: what all share is the answer to a question of just now. */
export class RecentAnswer<Value> {
  private readonly clock: Clock;
  private readonly freshMs: number;
  private answer: Promise<Value> | null = null;
  private askedAtMs = 0;

  /** @param freshMs how old the question may be whose answer is handed out, in milliseconds. */
  constructor(clock: Clock, freshMs: number) {
    this.clock = clock;
    this.freshMs = freshMs;
  }

  /** Rejects as `ask` does. */
  get(ask: () => Promise<Value>): Promise<Value> {
    const nowMs = this.clock.nowMs();
    if (this.answer === null || nowMs - this.askedAtMs >= this.freshMs) {
      this.askedAtMs = nowMs;
      this.answer = ask();
    }
    return this.answer;
  }
}
