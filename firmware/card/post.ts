import { MAX_HOPS } from "../wire/constants.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
import { writeFabricHeader } from "../wire/header.js";
import type { CardContext } from "./card-context.js";
import type { Router } from "./router.js";
import { ViewAnnouncer } from "./view-announcer.js";

/**
 * Takes frames to the card that they are for, which may be this one: a card can be originator, primary and secondary
 * at once, and each role sees its frames in the same form wherever they come from.
 */
export class Post {
  /** For frames that are addressed already. */
  readonly router: Router;
  /** Hands a frame to this card itself. */
  readonly deliver: (frame: FrameBuffer) => void;
  /** For what is written and sent in one go, and rarely: on a small board a frame is half a kilobyte. */
  readonly frame = new FrameBuffer();
  /** Writes the accepted view into `frame`. */
  readonly announcer: ViewAnnouncer;
  private readonly context: CardContext;

  /** @param deliver is handed frames that this card sends to itself. It must have read them before it sends another. */
  constructor(context: CardContext, router: Router, deliver: (frame: FrameBuffer) => void) {
    this.context = context;
    this.router = router;
    this.deliver = deliver;
    this.announcer = new ViewAnnouncer(context, this.frame);
  }

  /**
   * Addresses a frame whose body is written, and sends it. Loss is nobody's error here: who waits asks again. A card
   * whose flash has failed says nothing more, not even in the turn in which that happened.
   */
  send(type: number, destination: number, frame: FrameBuffer): void {
    const { context } = this;
    if (context.storageFailed) return;
    const { cardId, fabricId } = context.state;
    writeFabricHeader(frame, type, cardId, destination, MAX_HOPS, fabricId);
    if (destination === cardId) this.deliver(frame);
    else this.router.send(destination, frame);
  }
}
