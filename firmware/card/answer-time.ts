import type { Timing } from "../wire/constants.js";

/** What answers may take, as a part of `timing.retryUs`, without the next request being put off. */
const QUICK_PART = 4;
/** For how much longer than that they take, the next request is put off so many times as long. */
const PAUSE_FACTOR = 2;
/** How long it is put off at the most, as a multiple of `timing.retryUs`. */
const LONGEST_PAUSE = 2;

/**
 * How long an answer is waited for: what answers took, and four times by how much that varies; and how long to pause behind one.
 * So cards that are asked faster than they can answer get no repetitions on top of it, and as their queues get longer they are
 * asked in as little as a third of the time, which leaves room for beacons and their acknowledgements.
 */
export class AnswerTime {
  /** `timing.retryUs` to `timing.patienceUs`; twice as long after each silence. */
  retryUs: number;
  /** How long after an answer the next request is sent at the soonest. 0 where answers are quick. */
  pauseUs = 0;
  private readonly timing: Timing;
  /** `retryUs` without the silences. */
  private waitUs: number;
  /** Eight times the smoothed time of an answer, and four times by how much it varies; the first below 0: no answer has come. */
  private timeUs8 = -1;
  private deviationUs4 = 0;
  /** The newest answer counts for as much as all before it: a pause must not outlast what it is for. */
  private recentUs = 0;

  constructor(timing: Timing) {
    this.timing = timing;
    this.waitUs = timing.retryUs;
    this.retryUs = timing.retryUs;
  }

  /** The answer to a request that was sent only once took `us`. That to a repeated one does not tell which of them it is for. */
  noteAnswer(us: number): void {
    const { retryUs, patienceUs } = this.timing;
    const timeUs = Math.min(us, patienceUs);
    if (this.timeUs8 < 0) {
      this.timeUs8 = timeUs * 8;
      this.deviationUs4 = timeUs * 2;
    } else {
      const errorUs = timeUs - (this.timeUs8 >> 3);
      this.timeUs8 += errorUs;
      this.deviationUs4 += Math.abs(errorUs) - (this.deviationUs4 >> 2);
    }
    this.recentUs = (this.recentUs + timeUs) >> 1;
    const pauseUs = PAUSE_FACTOR * (this.recentUs - retryUs / QUICK_PART);
    this.pauseUs = Math.max(0, Math.min(pauseUs, LONGEST_PAUSE * retryUs));
    this.waitUs = Math.max(retryUs, Math.min((this.timeUs8 >> 3) + this.deviationUs4, patienceUs));
    this.retryUs = this.waitUs;
  }

  /** A request was not answered within `retryUs`. */
  noteSilence(): void {
    this.retryUs = Math.min(2 * this.retryUs, this.timing.patienceUs);
  }

  /** The silences were those of a view that has ended. How busy the cards are may be as before. */
  forgetSilence(): void {
    this.retryUs = this.waitUs;
  }
}
