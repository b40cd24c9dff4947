import { MAX_BLOCKS_IN_FLIGHT, type Timing } from "../wire/constants.js";

/** Requests under way at first, and where the fabric is slow. */
const LEAST_LIMIT = 1;
/** An answer within this part of the least repetition time says that there is room for one request more. */
const QUICK_PART = 4;
/** One that takes longer than this part of it says that requests queue up. */
const SLOW_PART = 2;

/**
 * How many requests a card may have under way, and how long it waits for an answer: both follow from how long answers take. Cards
 * that are asked faster than they can answer must get neither repetitions nor more requests on top of it.
 */
export class RequestPace {
  /** Requests that may be under way, 1 to `MAX_BLOCKS_IN_FLIGHT`. */
  limit = LEAST_LIMIT;
  /** How long an answer is waited for, `timing.retryUs` to `timing.patienceUs`. */
  retryUs: number;
  private readonly timing: Timing;
  /** Eight times the smoothed time of an answer, and four times by how much it varies; below 0: no answer has come. */
  private timeUs8 = -1;
  private deviationUs4 = 0;
  /** When the wait was made longer last. */
  private slowedUs = Number.NEGATIVE_INFINITY;

  constructor(timing: Timing) {
    this.timing = timing;
    this.retryUs = timing.retryUs;
  }

  /** Begins anew: how long another primary took means nothing. */
  restart(): void {
    this.limit = LEAST_LIMIT;
    this.retryUs = this.timing.retryUs;
    this.timeUs8 = -1;
  }

  /** The answer to a request that was sent only once took `us`. */
  noteAnswer(us: number): void {
    const { retryUs, patienceUs } = this.timing;
    if (us * QUICK_PART <= retryUs) {
      if (this.limit < MAX_BLOCKS_IN_FLIGHT) this.limit += 1;
    } else if (us * SLOW_PART > retryUs && this.limit > LEAST_LIMIT) {
      this.limit -= 1;
    }
    if (this.timeUs8 < 0) {
      this.timeUs8 = us * 8;
      this.deviationUs4 = us * 2;
    } else {
      const errorUs = us - (this.timeUs8 >> 3);
      this.timeUs8 += errorUs;
      this.deviationUs4 += (errorUs < 0 ? -errorUs : errorUs) - (this.deviationUs4 >> 2);
    }
    this.retryUs = Math.max(retryUs, Math.min((this.timeUs8 >> 3) + this.deviationUs4, patienceUs));
  }

  /** A request was not answered within `retryUs`. Those that were sent together fall silent together: they count as one. */
  noteSilence(nowUs: number): void {
    if (nowUs < this.slowedUs + this.retryUs) return;
    this.slowedUs = nowUs;
    this.limit = Math.max(LEAST_LIMIT, this.limit >> 1);
    this.retryUs = Math.min(2 * this.retryUs, this.timing.patienceUs);
  }
}
