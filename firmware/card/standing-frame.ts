import { MAX_HOPS } from "../wire/constants.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
import { WORD_WAY, writeFabricHeader } from "../wire/header.js";
import type { CardContext } from "./card-context.js";
import type { Post } from "./post.js";

/** A frame of one type that goes out again and again: as long as the epoch is the same, so is its header. */
export class StandingFrame {
  readonly frame = new FrameBuffer();
  private readonly context: CardContext;
  private epoch = -1;
  /** The header's word of that name, without a destination. */
  private way = 0;
  private readonly post: Post;
  private readonly type: number;
  private isSilent = false;

  constructor(context: CardContext, post: Post, type: number) {
    this.context = context;
    this.post = post;
    this.type = type;
  }

  /**
   * To be called before the body is written.
   * @returns whether an epoch has begun since the last call: then the body is to be written whole.
   */
  renew(): boolean {
    const { context, frame } = this;
    if (this.epoch === context.epoch) return false;
    this.epoch = context.epoch;
    writeFabricHeader(frame, this.type, context.cardId, 0, MAX_HOPS, context.state.fabricId);
    this.way = frame.words[WORD_WAY] as number;
    this.isSilent = context.storageFailed;
    return true;
  }

  /** As `Post.send`. The body is written, behind a call of `renew`. */
  send(destination: number): void {
    const { context, frame, post } = this;
    if (this.isSilent) return;
    frame.words[WORD_WAY] = this.way | (destination << 8);
    if (destination === context.cardId) post.deliver(frame);
    else post.router.send(destination, frame);
  }
}
