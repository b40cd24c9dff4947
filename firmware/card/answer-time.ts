import type { Timing } from "../wire/constants.js";

/** What answers may take, as a part of `timing.retryUs`, without the next request being put off. */
const QUICK_PART = 4;
/** For how much longer than that they take, the next request is put off so many times as long. */
const PAUSE_FACTOR = 2;
/** How long it is put off at the most, as a multiple of `timing.retryUs`. */
const LONGEST_PAUSE = 2;
/** A request that is lost again and again is repeated this far apart at the most, as a multiple of `timing.retryUs`. */
const LONGEST_RETRY = 5;
/** Answers after trouble for which one slow answer is reason enough to pause. */
const WARY_ANSWERS = 32;

/**
 * How long an answer is waited for: what answers took, and four times by how much that varies; and how long to pause behind one.
 * So cards that are asked faster than they can answer get no repetitions on top of it, and as their queues get longer they are
 * asked in as little as a third of the time, which leaves room for beacons and their acknowledgements.
 *
 * A queue makes every answer slow, a busy computer with virtual cards now this one and now that one. So the quicker one of two counts,
 * unless there was trouble lately: a view that ended, or a request that was not answered though it was repeated.
 */
export class AnswerTime {
  /** `timing.retryUs` to `timing.patienceUs`; twice as long after each silence, up to a bound. */
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
  private previousUs = 0;
  /** How many answers more are to be met with care. */
  private waryAnswers = 0;

  constructor(timing: Timing) {
    this.timing = timing;
    this.waitUs = timing.retryUs;
    this.retryUs = timing.retryUs;
  }

  /** The answer to a request that was sent only once took `us`. That to a repeated one does not tell which of them it is for. */
  noteAnswer(us: number): void {
    const { retryUs, patienceUs } = this.timing;
    // Usual answers are quick: they cost no call.
    let timeUs = us;
    if (us > patienceUs) timeUs = patienceUs;
    if (this.timeUs8 < 0) {
      this.timeUs8 = timeUs * 8;
      this.deviationUs4 = timeUs * 2;
    } else {
      const errorUs = timeUs - (this.timeUs8 >> 3);
      this.timeUs8 += errorUs;
      this.deviationUs4 += (errorUs < 0 ? -errorUs : errorUs) - (this.deviationUs4 >> 2);
    }
    const waitUs = (this.timeUs8 >> 3) + this.deviationUs4;
    if (waitUs <= retryUs) this.waitUs = retryUs;
    else this.waitUs = Math.min(waitUs, patienceUs);
    this.retryUs = this.waitUs;
    this.recentUs = (this.recentUs + timeUs) >> 1;
    let slowUs = this.recentUs;
    if (this.waryAnswers > 0) this.waryAnswers -= 1;
    else if (timeUs < this.previousUs) slowUs = timeUs;
    else slowUs = this.previousUs;
    this.previousUs = timeUs;
    const pauseUs = PAUSE_FACTOR * (slowUs - retryUs / QUICK_PART);
    if (pauseUs <= 0) this.pauseUs = 0;
    else this.pauseUs = Math.min(pauseUs, LONGEST_PAUSE * retryUs);
  }

  /** A request was not answered within `retryUs`. */
  noteSilence(): void {
    this.waryAnswers = WARY_ANSWERS;
    const longestUs = Math.max(this.waitUs, LONGEST_RETRY * this.timing.retryUs);
    this.retryUs = Math.min(2 * this.retryUs, longestUs);
  }

  /** The silences were those of a view that has ended. How busy the cards are may be as before. */
  forgetSilence(): void {
    this.waryAnswers = WARY_ANSWERS;
    this.retryUs = this.waitUs;
  }
}
