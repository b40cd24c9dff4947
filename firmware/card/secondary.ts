import { viewToWords } from "../wire/fields.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_ANSWER } from "../wire/frame-types.js";
import { decodeStore, StoreFields, writeAnswer } from "../wire/number-frames.js";
import { NUMBER_LIMIT, Uint64 } from "../wire/uint64.js";
import type { CardContext } from "./card-context.js";
import { NOT_A_MEMBER } from "./member-list.js";
import type { Post } from "./post.js";
import { StandingFrame } from "./standing-frame.js";

const TWO_32 = 0x1_0000_0000;

/** Stores how far the numbers go before any of them is delivered: what the secondary does not hold, nobody gets. */
export class Secondary {
  private readonly context: CardContext;
  private readonly store = new StoreFields();
  private readonly end = new Uint64();
  /** One above the newest number that this card holds. Means nothing while the card is cold. */
  readonly stored = new Uint64();
  private readonly answers: StandingFrame;
  private readonly onStored: () => void;

  /** @param onStored is called when `stored` has risen, for the host's memory. */
  constructor(context: CardContext, post: Post, onStored: () => void) {
    this.context = context;
    this.answers = new StandingFrame(context, post, FRAME_ANSWER);
    this.onStored = onStored;
  }

  /** Begins with the base of a view that this card is secondary of. */
  begin(): void {
    this.stored.copy(this.context.state.accepted.base);
  }

  /** Takes a STORE of the member `source`; stores first, then answers the originator. */
  receiveStore(source: number, frame: FrameBuffer): void {
    const { context, store, answers } = this;
    if (!decodeStore(frame, store)) {
      context.counters.dropLength += 1;
      return;
    }
    if (!this.mayStore(source)) {
      context.counters.storesRefused += 1;
      return;
    }
    context.counters.storesReceived += 1;
    const { end, stored } = this;
    // Here and in `mayStore` without calls: XS takes as long for one as for ten sums.
    const isNews = end.high === stored.high ? end.low > stored.low : end.high > stored.high;
    if (isNews) {
      stored.high = end.high;
      stored.low = end.low;
    }
    // It may store in the accepted view only, so the answer's view is that of the epoch.
    if (answers.renew()) viewToWords(answers.frame.words, store.view);
    writeAnswer(answers.frame, store.requestId, store.first, store.count);
    answers.send(store.originator);
    // Behind the answer, for which somebody waits.
    if (isNews) this.onStored();
  }

  private mayStore(source: number): boolean {
    const { context, store, end } = this;
    const { state } = context;
    const { accepted } = state;
    const { count } = store;
    const { high, low } = store.first;
    const { base } = accepted;
    end.high = high;
    end.low = low + count;
    return (
      ((end.low < TWO_32 && high < NUMBER_LIMIT.high) || this.fitsExactly()) &&
      count > 0 &&
      !context.cold &&
      accepted.secondary === state.cardId &&
      accepted.primary === source &&
      context.actsIn(store.view) &&
      state.members.indexes[store.originator] !== NOT_A_MEMBER &&
      (high === base.high ? low >= base.low : high > base.high)
    );
  }

  /** Whether the block ends within 64 bits and at the last number. */
  private fitsExactly(): boolean {
    const { first, count } = this.store;
    return this.end.copy(first).add(count) && this.end.compare(NUMBER_LIMIT) <= 0;
  }
}
