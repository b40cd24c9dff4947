import { MAX_HOPS } from "../wire/constants.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
import { WORD_WAY, writeFabricHeader } from "../wire/header.js";
import type { CardContext } from "./card-context.js";
import type { LinkState } from "./link-state.js";
import type { Post } from "./post.js";
import type { Router } from "./router.js";

/** A frame of one type that goes out again and again: as long as the epoch is the same, so is its header. */
export class StandingFrame {
  // What every turn asks stands first: XS finds it sooner.
  readonly frame = new FrameBuffer();
  /** The epoch in which the header was written. */
  epoch = -1;
  /** To whom it went last, by which cable, and what ways there were; null: not by a cable. */
  private destination = -1;
  private link: LinkState | null = null;
  private waysKnown = -1;
  private readonly router: Router;
  private readonly post: Post;
  private readonly context: CardContext;
  /** The header's word of that name, without a destination. */
  private way = 0;
  private readonly type: number;
  private isSilent = false;

  constructor(context: CardContext, post: Post, type: number) {
    this.context = context;
    this.router = post.router;
    this.post = post;
    this.type = type;
  }

  /**
   * To be called before the body is written, where `epoch` is not that of the card any more.
   * @returns whether an epoch has begun since the last call: then the body is to be written whole.
   */
  renew(): boolean {
    const { context, frame } = this;
    if (this.epoch === context.epoch) return false;
    this.epoch = context.epoch;
    writeFabricHeader(frame, this.type, context.cardId, 0, MAX_HOPS, context.state.fabricId);
    this.way = frame.words[WORD_WAY] as number;
    this.isSilent = context.storageFailed;
    this.destination = -1;
    return true;
  }

  /** As `Post.send`. The body is written, behind a call of `renew`. */
  send(destination: number): void {
    const router = this.router;
    if (destination !== this.destination || router.ways !== this.waysKnown) this.aim(destination);
    const link = this.link;
    // As `Router.send`, without its call: the path of every number.
    if (link === null) this.sendOtherwise(destination);
    else if (link.cable.send(this.frame)) link.framesOut += 1;
    else router.noteFull(link);
  }

  /** As `send`, with four words, as a frame has them, written to the frame's `bytes[at..at + 16)` first. */
  sendWith(
    destination: number,
    at: number,
    first: number,
    second: number,
    third: number,
    fourth: number,
  ): void {
    const router = this.router;
    if (destination !== this.destination || router.ways !== this.waysKnown) this.aim(destination);
    const link = this.link;
    if (link === null) {
      this.frame.fill(at, first, second, third, fourth);
      this.sendOtherwise(destination);
    } else if (link.cable.sendWith(this.frame, at, first, second, third, fourth)) {
      link.framesOut += 1;
    } else {
      router.noteFull(link);
    }
  }

  /** Addresses the frame. */
  private aim(destination: number): void {
    const { context, frame, router } = this;
    frame.words[WORD_WAY] = this.way | (destination << 8);
    this.destination = destination;
    this.waysKnown = router.ways;
    this.link = this.isSilent || destination === context.cardId ? null : router.linkStateTo(destination);
  }

  private sendOtherwise(destination: number): void {
    if (this.isSilent) return;
    if (destination === this.context.cardId) this.post.deliver(this.frame);
    else this.context.counters.dropNoRoute += 1;
  }
}
