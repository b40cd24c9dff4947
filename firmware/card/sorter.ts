import { NEIGHBOUR_ID } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_HELLO, OFFSET_TYPE, STATE_READY } from "../wire/frame-types.js";
import { LOWER_BYTES, OFFSET_DESTINATION, OFFSET_SOURCE, WORD_FABRIC, WORD_WAY } from "../wire/header.js";
import type { Admission } from "./admission.js";
import type { CableTest } from "./cable-test.js";
import type { CardContext } from "./card-context.js";
import type { LinkState } from "./link-state.js";
import type { Post } from "./post.js";
import type { Router } from "./router.js";

/** Looks at all that the header of a frame from a cable says, and takes the frame to where it belongs. */
export class Sorter {
  private readonly context: CardContext;
  private readonly admission: Admission;
  private readonly post: Post;
  private readonly router: Router;
  private readonly cableTest: CableTest;
  private readonly viewState: () => number;
  private readonly dispatch: (source: number, frame: FrameBuffer) => void;

  /** @param dispatch is handed what is for this card itself. */
  constructor(
    context: CardContext,
    admission: Admission,
    post: Post,
    cableTest: CableTest,
    viewState: () => number,
    dispatch: (source: number, frame: FrameBuffer) => void,
  ) {
    this.context = context;
    this.admission = admission;
    this.post = post;
    this.router = post.router;
    this.cableTest = cableTest;
    this.viewState = viewState;
    this.dispatch = dispatch;
  }

  /** Takes a frame that came over `link`. @returns false where it is dropped for its fabric or its source. */
  sort(link: number, frame: FrameBuffer): boolean {
    const { admission, context, router } = this;
    if (!admission.isOfThisFabric(frame)) return false;
    if (!admission.isFromOther(frame)) {
      this.answerStranger(link, frame);
      return false;
    }
    const linkState = router.links[link] as LinkState;
    linkState.framesIn += 1;
    linkState.lastHeardUs = context.nowUs;
    const destination = frame.bytes[OFFSET_DESTINATION] as number;
    const source = frame.bytes[OFFSET_SOURCE] as number;
    if (destination === NEIGHBOUR_ID) {
      if (frame.bytes[OFFSET_TYPE] === FRAME_HELLO) this.receiveHello(link, source, frame);
      else this.cableTest.receive(link, source, frame);
    } else if (destination === context.cardId) {
      this.takeIn(linkState, source, frame);
    } else if (context.knows(destination)) {
      router.forward(frame);
    } else {
      context.counters.dropDestination += 1;
    }
    return true;
  }

  private takeIn(linkState: LinkState, source: number, frame: FrameBuffer): void {
    const { context } = this;
    if (!this.admission.admits(source, frame)) return;
    if (context.isReady && context.state.members.has(source)) {
      // What was found about this header need not be looked for again.
      linkState.goodWay = frame.words[WORD_WAY] as number;
      linkState.goodFabric = (frame.words[WORD_FABRIC] as number) & LOWER_BYTES;
      linkState.goodEpoch = context.epoch;
    }
    this.dispatch(source, frame);
  }

  /** A card of this fabric that is no member any more, at the other end of a cable, must hear of it from somebody. */
  private answerStranger(link: number, frame: FrameBuffer): void {
    const source = frame.bytes[OFFSET_SOURCE] as number;
    if (frame.bytes[OFFSET_TYPE] !== FRAME_HELLO || source === this.context.cardId) return;
    if (this.viewState() === STATE_READY) this.tellView(link, source);
  }

  /** A neighbour with another list may know an older one, and nobody else may be able to tell it. */
  private receiveHello(link: number, source: number, frame: FrameBuffer): void {
    const { context, router } = this;
    const differs = router.receiveHello(link, source, frame);
    if (!differs || context.isJoining() || !context.state.members.has(source)) return;
    this.tellView(link, source);
  }

  private tellView(link: number, card: number): void {
    this.router.tellNeighbour(link, card, this.post.announcer.encode());
  }
}
