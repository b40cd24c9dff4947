import { viewToWords } from "../wire/fields.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_ANSWER } from "../wire/frame-types.js";
import { WORD_BODY, WORD_FABRIC } from "../wire/header.js";
import {
  ANSWER_BYTES,
  OFFSET_REQUEST_ID,
  STORE_BYTES,
  WORD_COUNT,
  WORD_FIRST_HIGH,
  WORD_FIRST_LOW,
  WORD_REQUEST_ID,
} from "../wire/number-frames.js";
import { NUMBER_LIMIT, Uint64 } from "../wire/uint64.js";
import type { CardContext } from "./card-context.js";
import type { Post } from "./post.js";
import type { Holder } from "./primary.js";
import { StandingFrame } from "./standing-frame.js";

const TWO_32 = 0x1_0000_0000;
/** Above this half a block's end is looked at more closely. As an integer, which XS compares sooner. */
const CALM_HIGH = (NUMBER_LIMIT.high - 1) | 0;
const NO_CARD = 0;

/**
 * Stores how far the numbers go before any of them is delivered: what the secondary does not hold, nobody gets. As in `Primary`
 * the usual case goes without calls.
 */
export class Secondary {
  // What every turn asks stands first: XS finds it sooner.
  private readonly context: CardContext;
  private readonly answers: StandingFrame;
  private readonly end = new Uint64();
  /** One above the newest number that this card holds. Means nothing while the card is cold. */
  readonly stored = new Uint64();
  /** Whose STOREs count in this epoch, which is that of `answers`, and for which view, as it stands in `FrameBuffer.words`. */
  private primary = NO_CARD;
  private viewWord = 0;
  private roundWord = 0;
  /** The base of that view, in halves. */
  private baseHigh = 0;
  private baseLow = 0;
  /** A member for whom a STORE came in this epoch. */
  private originator = NO_CARD;
  private readonly holder: Holder;

  /** @param holder is told what is stored. */
  constructor(context: CardContext, post: Post, holder: Holder) {
    this.context = context;
    this.answers = new StandingFrame(context, post, FRAME_ANSWER);
    this.holder = holder;
  }

  /** Begins with the base of a view that this card is secondary of. */
  begin(): void {
    this.stored.copy(this.context.state.accepted.base);
  }

  /**
   * Takes a STORE of the member `source`; stores first, then answers the originator.
   * @param isAlike it is like one for which this has returned true in this epoch.
   * @returns whether it is of the view in which this card stores.
   */
  receiveStore(source: number, frame: FrameBuffer, isAlike: boolean): boolean {
    const context = this.context;
    const stored = this.stored;
    const words = frame.words;
    if (!isAlike && !this.isGood(source, frame)) return false;
    const lowWord = words[WORD_FIRST_LOW] as number;
    const highWord = words[WORD_FIRST_HIGH] as number;
    const countWord = words[WORD_COUNT] as number;
    const count = countWord & 0xffff;
    const originator = (countWord >> 16) & 0xff;
    const low = lowWord < 0 ? lowWord + TWO_32 : lowWord;
    const high = highWord < 0 ? highWord + TWO_32 : highWord;
    const baseHigh = this.baseHigh;
    let endHigh = high;
    let endLow = low + count;
    // Mostly a sum without a carry, far below the last number.
    const isCalm = endLow < TWO_32 && high <= CALM_HIGH;
    if (
      count === 0 ||
      (high === baseHigh ? low < this.baseLow : high < baseHigh) ||
      (originator !== this.originator && !this.isMember(originator)) ||
      !(isCalm || this.fitsExactly(high, low, count))
    ) {
      context.counters.storesRefused += 1;
      return true;
    }
    if (!isCalm) {
      endHigh = this.end.high;
      endLow = this.end.low;
    }
    const storedHigh = stored.high;
    const isNews = endHigh === storedHigh ? endLow > stored.low : endHigh > storedHigh;
    if (isNews) {
      if (endHigh !== storedHigh) stored.high = endHigh;
      stored.low = endLow;
    }
    this.answers.sendWith(
      originator,
      OFFSET_REQUEST_ID,
      words[WORD_REQUEST_ID] as number,
      lowWord,
      highWord,
      count,
    );
    // Behind the answer, for which somebody waits.
    context.counters.storesReceived += 1;
    if (isNews) this.holder.noteHeld(stored);
    return true;
  }

  /** Whether it has the length of a STORE, and is of the view in which this card stores. */
  private isGood(source: number, frame: FrameBuffer): boolean {
    const { context } = this;
    if (frame.length !== STORE_BYTES) {
      context.counters.dropLength += 1;
      return false;
    }
    if (this.answers.epoch !== context.epoch) this.beginEpoch();
    if (this.isOfView(source, frame.words)) return true;
    context.counters.storesRefused += 1;
    return false;
  }

  /** Whether a STORE comes from the primary of exactly the view that this card acts in as its secondary. */
  private isOfView(source: number, words: Int32Array): boolean {
    return (
      source === this.primary && words[WORD_FABRIC] === this.viewWord && words[WORD_BODY] === this.roundWord
    );
  }

  /** All that `isOfView` asks for follows from the epoch. */
  private beginEpoch(): void {
    const { answers, context } = this;
    const { accepted, cardId } = context.state;
    const isActing = accepted.secondary === cardId && context.actsIn(accepted.number) && !context.cold;
    const { words } = answers.frame;
    answers.renew();
    answers.frame.length = ANSWER_BYTES;
    // It may store in the accepted view only, so that is the answers' view as well.
    viewToWords(words, accepted.number);
    this.primary = isActing ? accepted.primary : NO_CARD;
    this.viewWord = words[WORD_FABRIC] as number;
    this.roundWord = words[WORD_BODY] as number;
    this.baseHigh = accepted.base.high;
    this.baseLow = accepted.base.low;
    this.originator = NO_CARD;
  }

  /** Notes a member, for whom the next STORE may be as well. */
  private isMember(card: number): boolean {
    if (!this.context.state.members.has(card)) return false;
    this.originator = card;
    return true;
  }

  /** Whether the block ends within 64 bits and at the last number. Its end is in `end` then. */
  private fitsExactly(high: number, low: number, count: number): boolean {
    return this.end.set(high, low).add(count) && this.end.compare(NUMBER_LIMIT) <= 0;
  }
}
