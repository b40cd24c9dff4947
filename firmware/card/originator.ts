import { MAX_BLOCK_COUNT, MAX_BLOCKS_IN_FLIGHT } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_REFUSE,
  FRAME_REQUEST,
  REFUSE_BLANK,
  REFUSE_BUSY,
  REFUSE_COUNT,
  REFUSE_EXHAUSTED,
  REFUSE_REMOVED,
  REFUSE_STORAGE,
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
import { StandingFrame } from "./standing-frame.js";

const NO_SLOT = -1;
const NOT_SENT = Number.NEGATIVE_INFINITY;
const NEVER = Number.POSITIVE_INFINITY;
const SLOT_BITS = 3;
const SLOT_MASK = MAX_BLOCKS_IN_FLIGHT - 1;

/** A block that the host waits for. What was asked for is fixed when it is first sent: a retry adds nobody. */
class OpenBlock {
  open = false;
  tag = 0;
  requestId = 0;
  count = 0;
  openedUs = 0;
  /** When it was sent last; NOT_SENT where it waits for a view, or was refused in the last. */
  sentUs = NOT_SENT;
  /** It was sent more than once, so its answer does not tell which of them it is for. */
  wasRepeated = false;
}

/** Asks for blocks for its host, as many at a time as `MAX_BLOCKS_IN_FLIGHT`, and hands on each first answer. */
export class Originator {
  // What every turn asks stands first: XS finds it sooner.
  private readonly context: CardContext;
  /** A block was refused in this view, or waits for the next: the next beacon is reason to ask again. */
  hasWaiting = false;
  /** When `tick` has something to do, as long as numbers can be had as before. Too early does no harm. */
  dueUs = NEVER;
  openCount = 0;
  private readonly blocks: OpenBlock[] = [];
  private readonly answer = new AnswerFields();
  private readonly line: HostLine;
  private readonly requests: StandingFrame;
  /** For the frames to the host. */
  private readonly frame: FrameBuffer;
  private readonly viewState: () => number;
  private readonly refusal = new RefuseFields();
  /** Rises with each request from a random start; a request id is this and, in its lowest bits, its slot. */
  private sequence: number;
  /**
   * How long an answer is waited for, `timing.retryUs` to `timing.patienceUs`: twice what the last one took, and twice as
   * long when a request was repeated in vain. Cards that are asked faster than they can answer get no repetitions on top of it.
   */
  private retryUs: number;
  /** When it was made longer last. */
  private slowedUs = Number.NEGATIVE_INFINITY;
  /** Nothing new is sent. */
  private isHeld = false;

  /** @param viewState says whether numbers can be had in the view that this card knows. */
  constructor(context: CardContext, post: Post, line: HostLine, viewState: () => number) {
    this.context = context;
    this.requests = new StandingFrame(context, post, FRAME_REQUEST);
    this.line = line;
    this.frame = line.frame;
    this.viewState = viewState;
    this.sequence = context.environment.randomSeed >>> SLOT_BITS;
    this.retryUs = context.timing.retryUs;
    for (let slot = 0; slot < MAX_BLOCKS_IN_FLIGHT; slot += 1) this.blocks.push(new OpenBlock());
  }

  /** Takes the host's request for `count` numbers under its name `tag`. */
  request(tag: number, count: number): void {
    const slot = this.freeSlot(tag);
    const state = this.viewState();
    if (slot === NO_SLOT) return;
    if (count === 0 || count > MAX_BLOCK_COUNT) this.refuseHost(tag, REFUSE_COUNT);
    else if (state !== STATE_READY && isPermanent(state)) this.refuseHost(tag, state);
    else this.open(slot, tag, count, state);
  }

  /** A view begins: how long the last primary took means nothing, and what waited there is lost. */
  beginView(): void {
    this.retryUs = this.context.timing.retryUs;
    this.dueBy(this.context.nowUs);
  }

  /** Forgets what an earlier session asked for: its numbers, should they come, are nobody's. */
  reset(): void {
    for (const block of this.blocks) block.open = false;
    this.openCount = 0;
  }

  /**
   * Keeps back what was not sent yet, as this card will be deaf for a while and its answer would be lost.
   * @returns whether nothing is under way any more.
   */
  hold(): boolean {
    this.isHeld = true;
    return this.blocks.every(({ open, sentUs }) => !open || sentUs === NOT_SENT);
  }

  /** Sends again, from the next `tick` on, which is due at once. */
  release(): void {
    if (this.isHeld) this.dueBy(this.context.nowUs);
    this.isHeld = false;
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
    const { count, requestId } = answer;
    const { counters } = context;
    const block = this.blocks[requestId & SLOT_MASK] as OpenBlock;
    if (!block.open || block.requestId !== requestId || block.count !== count) {
      counters.answersLate += 1;
      return;
    }
    this.close(block);
    if (!block.wasRepeated) this.noteAnswerTime(context.nowUs - block.sentUs);
    counters.blocksAnswered += 1;
    counters.numbersDelivered += count;
    encodeHostAnswer(this.frame, block.tag, answer.first, count);
    this.line.send(FRAME_HOST_ANSWER, this.frame);
  }

  /** Takes a REFUSE of the member `source`: only that of its primary ends a request. */
  receiveRefuse(source: number, frame: FrameBuffer): void {
    const { context, refusal } = this;
    if (!decodeRefuse(frame, refusal)) {
      context.counters.dropLength += 1;
      return;
    }
    const block = this.blocks[refusal.requestId & SLOT_MASK] as OpenBlock;
    if (source !== context.state.accepted.primary || refusal.code === STATE_READY) {
      context.counters.dropRole += 1;
    } else if (block.open && block.requestId === refusal.requestId) {
      const impatient = context.nowUs >= block.openedUs + context.timing.patienceUs;
      if (impatient || isPermanent(refusal.code)) this.giveBack(block, refusal.code);
      else this.wait(block);
    }
  }

  /** Asks again for what is silent; gives everything back to the host where the view has ended or fallen silent. */
  tick(): void {
    this.dueUs = NEVER;
    this.hasWaiting = false;
    if (this.openCount === 0) return;
    const { context } = this;
    const state = this.viewState();
    for (let slot = 0; slot < MAX_BLOCKS_IN_FLIGHT; slot += 1) {
      const block = this.blocks[slot] as OpenBlock;
      if (!block.open) continue;
      if (state === STATE_READY) {
        this.sendIfDue(block);
        this.dueBy((block.sentUs === NOT_SENT ? context.nowUs : block.sentUs) + this.retryUs);
      } else {
        this.wait(block);
        const endUs = block.openedUs + context.timing.patienceUs;
        if (isPermanent(state) || context.nowUs >= endUs) this.giveBack(block, state);
        else this.dueBy(endUs);
      }
    }
  }

  private dueBy(atUs: number): void {
    if (atUs < this.dueUs) this.dueUs = atUs;
    this.context.wakeBy(this.dueUs);
  }

  private sendIfDue(block: OpenBlock): void {
    const { context } = this;
    if (context.nowUs < block.sentUs + this.retryUs) return;
    if (this.isHeld && block.sentUs === NOT_SENT) return;
    if (block.sentUs !== NOT_SENT) {
      context.counters.requestRetries += 1;
      // One repetition may be for a lost frame; a second one says that this is too fast.
      if (block.wasRepeated) this.noteSilence();
      block.wasRepeated = true;
    }
    this.send(block);
  }

  /** An answer to the only request of its block took `us`. */
  private noteAnswerTime(us: number): void {
    const { retryUs } = this.context.timing;
    // Mostly so: nobody is in a hurry.
    if (this.retryUs === retryUs && 2 * us <= retryUs) return;
    this.retryUs = Math.max(retryUs, Math.min(2 * us, this.context.timing.patienceUs));
  }

  /** Waits longer from now on. Blocks that were sent together fall silent together: they count as one. */
  private noteSilence(): void {
    const { nowUs, timing } = this.context;
    if (nowUs < this.slowedUs + this.retryUs) return;
    this.slowedUs = nowUs;
    this.retryUs = Math.min(2 * this.retryUs, timing.patienceUs);
  }

  /** Keeps a block for the next view: its callers need not know that the roles have changed. */
  private wait(block: OpenBlock): void {
    block.sentUs = NOT_SENT;
    this.hasWaiting = true;
    this.retryUs = this.context.timing.retryUs;
    this.dueBy(block.openedUs + this.context.timing.patienceUs);
  }

  private giveBack(block: OpenBlock, code: number): void {
    this.close(block);
    this.refuseHost(block.tag, code);
  }

  private open(slot: number, tag: number, count: number, state: number): void {
    const { context } = this;
    const { nowUs } = context;
    const block = this.blocks[slot] as OpenBlock;
    const sequence = (this.sequence + 1) >>> 0;
    this.sequence = sequence;
    block.open = true;
    block.tag = tag;
    block.requestId = ((sequence << SLOT_BITS) | slot) >>> 0;
    block.count = count;
    block.openedUs = nowUs;
    block.sentUs = NOT_SENT;
    this.openCount += 1;
    context.counters.blocksAsked += 1;
    block.wasRepeated = false;
    this.dueBy(nowUs + this.retryUs);
    if (state === STATE_READY && !this.isHeld) this.send(block);
  }

  private send(block: OpenBlock): void {
    const { context, requests } = this;
    block.sentUs = context.nowUs;
    requests.renew();
    encodeRequest(requests.frame, block.requestId, block.count);
    requests.send(context.state.accepted.primary);
  }

  private close(block: OpenBlock): void {
    block.open = false;
    this.openCount -= 1;
  }

  /** @returns NO_SLOT where the tag is open already (the host repeats itself: nothing to do), or all slots are taken. */
  private freeSlot(tag: number): number {
    // Mostly so.
    if (this.openCount === 0) return MAX_BLOCKS_IN_FLIGHT - 1;
    const { blocks } = this;
    let free = NO_SLOT;
    for (let slot = 0; slot < MAX_BLOCKS_IN_FLIGHT; slot += 1) {
      const block = blocks[slot] as OpenBlock;
      if (!block.open) free = slot;
      else if (block.tag === tag) return NO_SLOT;
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

/** Codes that no new view will change. */
function isPermanent(code: number): boolean {
  return PERMANENT_CODES.includes(code);
}

const PERMANENT_CODES = [
  REFUSE_BLANK,
  REFUSE_STORAGE,
  REFUSE_EXHAUSTED,
  REFUSE_COUNT,
  REFUSE_BUSY,
  REFUSE_REMOVED,
];
