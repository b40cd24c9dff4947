import { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_ANSWER } from "../wire/frame-types.js";
import { decodeStore, encodeAnswer, StoreFields } from "../wire/number-frames.js";
import { NUMBER_LIMIT, Uint64 } from "../wire/uint64.js";
import type { CardContext } from "./card-context.js";
import type { Post } from "./post.js";

/** Stores how far the numbers go before any of them is delivered: what the secondary does not hold, nobody gets. */
export class Secondary {
  /** One above the newest number that this card holds. Means nothing while the card is cold. */
  readonly stored = new Uint64();
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly onStored: () => void;
  private readonly store = new StoreFields();
  private readonly end = new Uint64();
  private readonly frame = new FrameBuffer();

  /** @param onStored is called when `stored` has risen, for the host's memory. */
  constructor(context: CardContext, post: Post, onStored: () => void) {
    this.context = context;
    this.post = post;
    this.onStored = onStored;
  }

  /** Begins with the base of a view that this card is secondary of. */
  begin(): void {
    this.stored.copy(this.context.state.accepted.base);
  }

  /** Takes a STORE of the member `source`; stores first, then answers the originator. */
  receiveStore(source: number, frame: FrameBuffer): void {
    const { context, store } = this;
    if (!decodeStore(frame, store)) {
      context.counters.dropLength += 1;
      return;
    }
    if (!this.mayStore(source)) {
      context.counters.storesRefused += 1;
      return;
    }
    context.counters.storesReceived += 1;
    const isNews = this.end.compare(this.stored) > 0;
    if (isNews) this.stored.copy(this.end);
    encodeAnswer(this.frame, store.view, store.requestId, store.first, store.count);
    this.post.send(FRAME_ANSWER, store.originator, this.frame);
    // Behind the answer, for which somebody waits.
    if (isNews) this.onStored();
  }

  private mayStore(source: number): boolean {
    const { context, store } = this;
    const { state } = context;
    const { accepted } = state;
    const fits = this.end.copy(store.first).add(store.count) && this.end.compare(NUMBER_LIMIT) <= 0;
    return (
      fits &&
      store.count > 0 &&
      !context.cold &&
      accepted.secondary === state.cardId &&
      accepted.primary === source &&
      context.actsIn(store.view) &&
      state.members.has(store.originator) &&
      store.first.compare(accepted.base) >= 0
    );
  }
}
