import type { Timing } from "../wire/constants.js";

/**
 * How long an answer is waited for: what answers took, and four times by how much that varies. So cards that are asked faster
 * than they can answer get no repetitions on top of it.
 */
export class AnswerTime {
  /** `timing.retryUs` to `timing.patienceUs`. */
  retryUs: number;
  private readonly timing: Timing;
  /** Eight times the smoothed time of an answer, and four times by how much it varies; the first below 0: no answer has come. */
  private timeUs8 = -1;
  private deviationUs4 = 0;

  constructor(timing: Timing) {
    this.timing = timing;
    this.retryUs = timing.retryUs;
  }

  /** Begins anew: how long another primary took means nothing. */
  restart(): void {
    this.retryUs = this.timing.retryUs;
    this.timeUs8 = -1;
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
      this.deviationUs4 += (errorUs < 0 ? -errorUs : errorUs) - (this.deviationUs4 >> 2);
    }
    const waitUs = (this.timeUs8 >> 3) + this.deviationUs4;
    this.retryUs = waitUs < retryUs ? retryUs : Math.min(waitUs, patienceUs);
  }

  /** A request was not answered within `retryUs`. */
  noteSilence(): void {
    this.retryUs = Math.min(2 * this.retryUs, this.timing.patienceUs);
  }
}
