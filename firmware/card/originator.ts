import { MAX_BLOCK_COUNT, MAX_BLOCKS_IN_FLIGHT } from "../wire/constants.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_REFUSE,
  FRAME_REQUEST,
  REFUSE_BUSY,
  REFUSE_COUNT,
  STATE_READY,
} from "../wire/frame-types.js";
import { encodeHostAnswer, encodeHostRefuse } from "../wire/host-frames.js";
import {
  AnswerFields,
  decodeAnswer,
  decodeRefuse,
  encodeRequest,
  RefuseFields,
} from "../wire/number-frames.js";
import type { CardContext } from "./card-context.js";
import type { HostLine } from "./host-line.js";
import type { Post } from "./post.js";

const NO_SLOT = -1;
const SLOT_BITS = 3;
const SLOT_MASK = MAX_BLOCKS_IN_FLIGHT - 1;

/** A block that the host waits for. What was asked for is fixed when it is first sent: a retry adds nobody. */
class OpenBlock {
  open = false;
  tag = 0;
  requestId = 0;
  count = 0;
  sentUs = 0;
}

/** Asks for blocks for its host, as many at a time as `MAX_BLOCKS_IN_FLIGHT`, and hands on each first answer. */
export class Originator {
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly line: HostLine;
  private readonly viewState: () => number;
  private readonly blocks: OpenBlock[] = [];
  private readonly answer = new AnswerFields();
  private readonly refusal = new RefuseFields();
  private readonly frame = new FrameBuffer();
  /** Rises with each request from a random start; a request id is this and, in its lowest bits, its slot. */
  private sequence: number;
  private openCount = 0;

  /** @param viewState says whether numbers can be had in the view that this card knows. */
  constructor(context: CardContext, post: Post, line: HostLine, viewState: () => number) {
    this.context = context;
    this.post = post;
    this.line = line;
    this.viewState = viewState;
    this.sequence = context.environment.randomSeed >>> SLOT_BITS;
    for (let slot = 0; slot < MAX_BLOCKS_IN_FLIGHT; slot += 1) this.blocks.push(new OpenBlock());
  }

  /** Takes the host's request for `count` numbers under its name `tag`. */
  request(tag: number, count: number): void {
    const slot = this.freeSlot(tag);
    const state = this.viewState();
    if (slot === NO_SLOT) return;
    if (count === 0 || count > MAX_BLOCK_COUNT) this.refuseHost(tag, REFUSE_COUNT);
    else if (state !== STATE_READY) this.refuseHost(tag, state);
    else this.open(slot, tag, count);
  }

  /** Forgets what an earlier session asked for: its numbers, should they come, are nobody's. */
  reset(): void {
    for (const block of this.blocks) block.open = false;
    this.openCount = 0;
  }

  /** Takes an ANSWER of the member `source`. */
  receiveAnswer(source: number, frame: FrameBuffer): void {
    const { context, answer } = this;
    if (!decodeAnswer(frame, answer)) {
      context.counters.dropLength += 1;
      return;
    }
    const { accepted } = context.state;
    // An answer of an older view is good while its request is open; one of this view comes from its secondary only.
    if (answer.view === accepted.number && source !== accepted.secondary) {
      context.counters.dropRole += 1;
      return;
    }
    const block = this.blockOf(answer.requestId);
    if (!block.open || block.requestId !== answer.requestId || block.count !== answer.count) {
      context.counters.answersLate += 1;
      return;
    }
    this.close(block);
    context.counters.blocksAnswered += 1;
    context.counters.numbersDelivered += answer.count;
    encodeHostAnswer(this.frame, block.tag, answer.first, answer.count);
    this.line.send(FRAME_HOST_ANSWER, this.frame);
  }

  /** Takes a REFUSE of the member `source`: only that of its primary ends a request. */
  receiveRefuse(source: number, frame: FrameBuffer): void {
    const { context, refusal } = this;
    if (!decodeRefuse(frame, refusal)) {
      context.counters.dropLength += 1;
      return;
    }
    const block = this.blockOf(refusal.requestId);
    if (source !== context.state.accepted.primary || refusal.code === STATE_READY) {
      context.counters.dropRole += 1;
    } else if (block.open && block.requestId === refusal.requestId) {
      this.close(block);
      this.refuseHost(block.tag, refusal.code);
    }
  }

  /** Asks again for what is silent; gives everything back to the host where the view has ended or fallen silent. */
  tick(): void {
    if (this.openCount === 0) return;
    const { context } = this;
    const state = this.viewState();
    for (const block of this.blocks) {
      if (block.open && state !== STATE_READY) {
        this.close(block);
        this.refuseHost(block.tag, state);
      } else if (block.open && context.nowUs >= block.sentUs + context.timing.retryUs) {
        context.counters.requestRetries += 1;
        this.send(block);
      }
      if (block.open) context.wakeBy(block.sentUs + context.timing.retryUs);
    }
  }

  private open(slot: number, tag: number, count: number): void {
    const block = this.blocks[slot] as OpenBlock;
    this.sequence = (this.sequence + 1) >>> 0;
    block.open = true;
    block.tag = tag;
    block.requestId = ((this.sequence << SLOT_BITS) | slot) >>> 0;
    block.count = count;
    this.openCount += 1;
    this.context.counters.blocksAsked += 1;
    this.context.wakeBy(this.context.nowUs + this.context.timing.retryUs);
    this.send(block);
  }

  private send(block: OpenBlock): void {
    block.sentUs = this.context.nowUs;
    encodeRequest(this.frame, block.requestId, block.count);
    this.post.send(FRAME_REQUEST, this.context.state.accepted.primary, this.frame);
  }

  private close(block: OpenBlock): void {
    block.open = false;
    this.openCount -= 1;
  }

  private blockOf(requestId: number): OpenBlock {
    return this.blocks[requestId & SLOT_MASK] as OpenBlock;
  }

  /** @returns NO_SLOT where the tag is open already (the host repeats itself: nothing to do), or all slots are taken. */
  private freeSlot(tag: number): number {
    let free = NO_SLOT;
    for (let slot = 0; slot < MAX_BLOCKS_IN_FLIGHT; slot += 1) {
      const block = this.blocks[slot] as OpenBlock;
      if (block.open && block.tag === tag) return NO_SLOT;
      if (!block.open) free = slot;
    }
    if (free === NO_SLOT) this.refuseHost(tag, REFUSE_BUSY);
    return free;
  }

  private refuseHost(tag: number, code: number): void {
    this.context.counters.blocksRefused += 1;
    encodeHostRefuse(this.frame, tag, code);
    this.line.send(FRAME_HOST_REFUSE, this.frame);
  }
}
