import { viewToWords } from "../wire/fields.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_ANSWER } from "../wire/frame-types.js";
import { WORD_BODY, WORD_FABRIC } from "../wire/header.js";
import {
  ANSWER_BYTES,
  STORE_BYTES,
  WORD_COUNT,
  WORD_FIRST_HIGH,
  WORD_FIRST_LOW,
  WORD_REQUEST_ID,
} from "../wire/number-frames.js";
import { NUMBER_LIMIT, Uint64 } from "../wire/uint64.js";
import type { CardContext } from "./card-context.js";
import { NOT_A_MEMBER } from "./member-list.js";
import type { Post } from "./post.js";
import type { Holder } from "./primary.js";
import { StandingFrame } from "./standing-frame.js";

const TWO_32 = 0x1_0000_0000;
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

  /** Takes a STORE of the member `source`; stores first, then answers the originator. */
  receiveStore(source: number, frame: FrameBuffer): void {
    const { context, answers, end, stored } = this;
    const { words } = frame;
    if (frame.length !== STORE_BYTES) {
      context.counters.dropLength += 1;
      return;
    }
    if (answers.epoch !== context.epoch) this.beginEpoch();
    const lowWord = words[WORD_FIRST_LOW] as number;
    const highWord = words[WORD_FIRST_HIGH] as number;
    const countWord = words[WORD_COUNT] as number;
    const count = countWord & 0xffff;
    const originator = (countWord >> 16) & 0xff;
    const low = lowWord < 0 ? lowWord + TWO_32 : lowWord;
    const high = highWord < 0 ? highWord + TWO_32 : highWord;
    const { accepted, members } = context.state;
    const { base } = accepted;
    end.high = high;
    end.low = low + count;
    if (
      !this.isOfView(source, words) ||
      count === 0 ||
      (high === base.high ? low < base.low : high < base.high) ||
      members.indexes[originator] === NOT_A_MEMBER ||
      ((end.low >= TWO_32 || high >= NUMBER_LIMIT.high) && !this.fitsExactly(high, low, count))
    ) {
      context.counters.storesRefused += 1;
      return;
    }
    context.counters.storesReceived += 1;
    const isNews = end.high === stored.high ? end.low > stored.low : end.high > stored.high;
    if (isNews) {
      stored.high = end.high;
      stored.low = end.low;
    }
    const { words: answer } = answers.frame;
    answer[WORD_REQUEST_ID] = words[WORD_REQUEST_ID] as number;
    answer[WORD_FIRST_LOW] = lowWord;
    answer[WORD_FIRST_HIGH] = highWord;
    answer[WORD_COUNT] = count;
    answers.frame.length = ANSWER_BYTES;
    answers.send(originator);
    // Behind the answer, for which somebody waits.
    if (isNews) this.holder.noteHeld(stored);
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
    // It may store in the accepted view only, so that is the answers' view as well.
    viewToWords(words, accepted.number);
    this.primary = isActing ? accepted.primary : NO_CARD;
    this.viewWord = words[WORD_FABRIC] as number;
    this.roundWord = words[WORD_BODY] as number;
  }

  /** Whether the block ends within 64 bits and at the last number. */
  private fitsExactly(high: number, low: number, count: number): boolean {
    return this.end.set(high, low).add(count) && this.end.compare(NUMBER_LIMIT) <= 0;
  }
}
