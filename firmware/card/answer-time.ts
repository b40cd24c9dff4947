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
  /** The least and the most that an answer is waited for. */
  private readonly leastUs: number;
  private readonly mostUs: number;
  /** What takes no longer, puts nothing off. */
  private readonly quickUs: number;
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
    this.leastUs = timing.retryUs;
    this.mostUs = timing.patienceUs;
    this.quickUs = timing.retryUs / QUICK_PART;
    this.waitUs = timing.retryUs;
    this.retryUs = timing.retryUs;
  }

  /** The answer to a request that was sent only once took `us`. That to a repeated one does not tell which of them it is for. */
  noteAnswer(us: number): void {
    const leastUs = this.leastUs;
    const mostUs = this.mostUs;
    // Usual answers are quick: they cost no call, and each field is read and written once.
    let timeUs = us;
    if (us > mostUs) timeUs = mostUs;
    let timeUs8 = this.timeUs8;
    let deviationUs4 = this.deviationUs4;
    if (timeUs8 < 0) {
      timeUs8 = timeUs * 8;
      deviationUs4 = timeUs * 2;
    } else {
      const errorUs = timeUs - (timeUs8 >> 3);
      timeUs8 += errorUs;
      deviationUs4 += (errorUs < 0 ? -errorUs : errorUs) - (deviationUs4 >> 2);
    }
    this.timeUs8 = timeUs8;
    this.deviationUs4 = deviationUs4;
    let waitUs = (timeUs8 >> 3) + deviationUs4;
    if (waitUs <= leastUs) waitUs = leastUs;
    else waitUs = Math.min(waitUs, mostUs);
    this.waitUs = waitUs;
    this.retryUs = waitUs;
    const previousUs = this.previousUs;
    const waryAnswers = this.waryAnswers;
    let slowUs = (this.recentUs + timeUs) >> 1;
    this.recentUs = slowUs;
    if (waryAnswers > 0) this.waryAnswers = waryAnswers - 1;
    else if (timeUs < previousUs) slowUs = timeUs;
    else slowUs = previousUs;
    this.previousUs = timeUs;
    if (slowUs <= this.quickUs) this.pauseUs = 0;
    else this.pauseUs = Math.min(PAUSE_FACTOR * (slowUs - this.quickUs), LONGEST_PAUSE * leastUs);
  }

  /** A request was not answered within `retryUs`. */
  noteSilence(): void {
    this.waryAnswers = WARY_ANSWERS;
    const longestUs = Math.max(this.waitUs, LONGEST_RETRY * this.leastUs);
    this.retryUs = Math.min(2 * this.retryUs, longestUs);
  }

  /** The silences were those of a view that has ended. How busy the cards are may be as before. */
  forgetSilence(): void {
    this.waryAnswers = WARY_ANSWERS;
    this.retryUs = this.waitUs;
  }
}
