import { NEIGHBOUR_ID } from "../wire/constants.js";
import { VIEW_BYTES } from "../wire/fields.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_BEACON,
  FRAME_BEACON_ACK,
  FRAME_HELLO,
  FRAME_REQUEST,
  OFFSET_TYPE,
  STATE_READY,
} from "../wire/frame-types.js";
import { FABRIC_HEADER_BYTES, OFFSET_DESTINATION, OFFSET_SOURCE } from "../wire/header.js";
import type { Admission } from "./admission.js";
import type { CableTest } from "./cable-test.js";
import type { CardContext } from "./card-context.js";
import type { LinkState } from "./link-state.js";
import type { Post } from "./post.js";
import type { Router } from "./router.js";

const VIEW_END = FABRIC_HEADER_BYTES + VIEW_BYTES;
const SEQUENCE_END = VIEW_END + 4;

/** Looks at all that the header of a frame from a cable says, and takes the frame to where it belongs. */
export class Sorter {
  private readonly context: CardContext;
  private readonly admission: Admission;
  private readonly post: Post;
  private readonly router: Router;
  private readonly cableTest: CableTest;
  private readonly viewState: () => number;
  private readonly dispatch: (source: number, frame: FrameBuffer) => boolean;

  /**
   * @param dispatch is handed what is for this card itself, and returns whether what was found about it holds for all that are like it
   * (`expectMore`).
   */
  constructor(
    context: CardContext,
    admission: Admission,
    post: Post,
    cableTest: CableTest,
    viewState: () => number,
    dispatch: (source: number, frame: FrameBuffer) => boolean,
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
      // Who asks for promises by an older list may find its way here through a card that is in the newest no more: then none leads back.
      router.openWayBack(source, link);
      this.takeIn(linkState, source, frame);
      router.closeWayBack();
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
    const epoch = this.admission.epochOf(source);
    // Of a frame that has begun an epoch itself nothing is known in the new one.
    if (this.dispatch(source, frame) && epoch === context.epoch) this.expectMore(linkState, source, frame);
  }

  /**
   * What was found about this frame need not be looked for again in one that is like it: but for the numbers of a REQUEST, a STORE or an
   * ANSWER, whose view is the same, and but for the sequence number of a beacon or its acknowledgement.
   */
  private expectMore({ cable }: LinkState, source: number, frame: FrameBuffer): void {
    const type = frame.bytes[OFFSET_TYPE] as number;
    const from = type === FRAME_REQUEST ? FABRIC_HEADER_BYTES : VIEW_END;
    const to = type === FRAME_BEACON || type === FRAME_BEACON_ACK ? SEQUENCE_END : frame.length;
    cable.expectLike(frame, from, to, (type << 8) | source);
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
