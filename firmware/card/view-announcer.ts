import type { FrameBuffer } from "../wire/frame-buffer.js";
import { AcceptFields, encodeAccept } from "../wire/view-frames.js";
import type { CardContext } from "./card-context.js";

/** Tells others of the view that this card has accepted, whole. */
export class ViewAnnouncer {
  private readonly context: CardContext;
  private readonly accept = new AcceptFields();
  private readonly frame: FrameBuffer;

  /** @param frame is written anew at each `encode`. */
  constructor(context: CardContext, frame: FrameBuffer) {
    this.context = context;
    this.frame = frame;
  }

  /** @returns a frame with the body of an ACCEPT; it is to be sent before another is written. */
  encode(): FrameBuffer {
    const { accept, frame } = this;
    const { accepted, ceiling, members } = this.context.state;
    accept.view = accepted.number;
    accept.primary = accepted.primary;
    accept.secondary = accepted.secondary;
    accept.base.copy(accepted.base);
    accept.ceiling.copy(ceiling);
    accept.windowLog2 = ceiling.windowLog2;
    members.tell(accept);
    encodeAccept(frame, accept);
    return frame;
  }
}
