import { MAX_BLOCK_COUNT, MAX_BLOCKS_IN_FLIGHT } from "../wire/constants.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
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
import { type HostBlock, HostBlocks } from "./host-blocks.js";
import type { HostLine } from "./host-line.js";
import type { Post } from "./post.js";
import { RequestPace } from "./request-pace.js";

const NOT_SENT = Number.NEGATIVE_INFINITY;
const SLOT_BITS = 3;
const SLOT_MASK = MAX_BLOCKS_IN_FLIGHT - 1;

/** A request that the primary is asked. Whom it serves is fixed when it is first sent: a retry adds nobody. */
class OpenRequest {
  open = false;
  requestId = 0;
  /** The sum of its blocks' counts. */
  count = 0;
  /** The first of its blocks, in the order in which they share its numbers. */
  blocks: HostBlock | null = null;
  /** When the first of its blocks came. */
  openedUs = 0;
  /** When it was sent last; NOT_SENT where it waits for a view, or was refused in the last. */
  sentUs = NOT_SENT;
  /** It was sent more than once, so its answer does not tell which of them it is for. */
  wasRepeated = false;
}

/**
 * Asks for the blocks of its host, at most `MAX_BLOCKS_IN_FLIGHT`, and hands on each first answer. Blocks that come while as
 * many requests are under way as the fabric answers in time wait, and go together in the next one.
 */
export class Originator {
  /** When `tick` has something to do, as long as numbers can be had as before. Too early does no harm. */
  dueUs = Number.POSITIVE_INFINITY;
  /** A block was refused in this view, or waits for the next: the next beacon is reason to ask again. */
  hasWaiting = false;
  private readonly context: CardContext;
  private readonly post: Post;
  private readonly line: HostLine;
  private readonly viewState: () => number;
  private readonly blocks = new HostBlocks();
  private readonly requests: OpenRequest[] = [];
  private openRequests = 0;
  private readonly pace: RequestPace;
  private readonly answer = new AnswerFields();
  private readonly refusal = new RefuseFields();
  private readonly frame = new FrameBuffer();
  /** Rises with each request from a random start; a request id is this and, in its lowest bits, its slot. */
  private sequence: number;
  /** Nothing new is sent. */
  private isHeld = false;
  /** Requests are being sent, and an answer may come before that is over: where this card holds all roles. */
  private isSending = false;
  /** Fewer numbers are left than several blocks ask for. */
  private isNearEnd = false;

  /** @param viewState says whether numbers can be had in the view that this card knows. */
  constructor(context: CardContext, post: Post, line: HostLine, viewState: () => number) {
    this.context = context;
    this.post = post;
    this.line = line;
    this.viewState = viewState;
    this.sequence = context.environment.randomSeed >>> SLOT_BITS;
    this.pace = new RequestPace(context.timing);
    for (let slot = 0; slot < MAX_BLOCKS_IN_FLIGHT; slot += 1) this.requests.push(new OpenRequest());
  }

  /** Takes the host's request for `count` numbers under its name `tag`. */
  request(tag: number, count: number): void {
    const { context, blocks } = this;
    // The host repeats itself: nothing to do.
    if (blocks.isOpen(tag)) return;
    const state = this.viewState();
    if (blocks.isFull) this.refuseHost(tag, REFUSE_BUSY);
    else if (count === 0 || count > MAX_BLOCK_COUNT) this.refuseHost(tag, REFUSE_COUNT);
    else if (isPermanent(state)) this.refuseHost(tag, state);
    else {
      context.counters.blocksAsked += 1;
      blocks.add(tag, count, context.nowUs);
      if (state === STATE_READY) this.sendWaiting();
      else this.dueBy(context.nowUs + this.pace.retryUs);
    }
  }

  /** A view begins: how long the last primary took means nothing, and what waited there is lost. */
  beginView(): void {
    this.pace.restart();
    this.dueBy(this.context.nowUs);
  }

  /** Forgets what an earlier session asked for: its numbers, should they come, are nobody's. */
  reset(): void {
    for (const request of this.requests) request.open = false;
    this.openRequests = 0;
    this.blocks.clear();
  }

  /**
   * Keeps back what was not sent yet, as this card will be deaf for a while and its answer would be lost.
   * @returns whether nothing is under way any more.
   */
  hold(): boolean {
    this.isHeld = true;
    return this.requests.every(({ open, sentUs }) => !open || sentUs === NOT_SENT);
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
    const request = this.requestOf(answer.requestId);
    if (!request.open || request.requestId !== answer.requestId || request.count !== answer.count) {
      context.counters.answersLate += 1;
      return;
    }
    this.close(request);
    if (!request.wasRepeated) this.pace.noteAnswer(context.nowUs - request.sentUs);
    context.counters.numbersDelivered += answer.count;
    this.handOut(request);
    if (this.blocks.oldest !== null && this.viewState() === STATE_READY) this.sendWaiting();
  }

  /** Takes a REFUSE of the member `source`: only that of its primary ends a request. */
  receiveRefuse(source: number, frame: FrameBuffer): void {
    const { context, refusal } = this;
    if (!decodeRefuse(frame, refusal)) {
      context.counters.dropLength += 1;
      return;
    }
    const request = this.requestOf(refusal.requestId);
    if (source !== context.state.accepted.primary || refusal.code === STATE_READY) {
      context.counters.dropRole += 1;
    } else if (request.open && request.requestId === refusal.requestId) {
      const impatient = context.nowUs >= request.openedUs + context.timing.patienceUs;
      if (refusal.code === REFUSE_EXHAUSTED && request.blocks?.next !== null) this.askAlone(request);
      else if (impatient || isPermanent(refusal.code)) this.giveBack(request, refusal.code);
      else this.wait(request);
    }
  }

  /** Asks again for what is silent; gives everything back to the host where the view has ended or fallen silent. */
  tick(): void {
    this.dueUs = Number.POSITIVE_INFINITY;
    this.hasWaiting = false;
    if (this.blocks.openCount === 0) return;
    const state = this.viewState();
    if (state === STATE_READY) this.goOn();
    else this.waitForView(state);
  }

  private goOn(): void {
    const { context } = this;
    for (let slot = 0; slot < MAX_BLOCKS_IN_FLIGHT && this.openRequests > 0; slot += 1) {
      const request = this.requests[slot] as OpenRequest;
      if (!request.open) continue;
      this.sendIfDue(request);
      this.dueBy((request.sentUs === NOT_SENT ? context.nowUs : request.sentUs) + this.pace.retryUs);
    }
    this.sendWaiting();
  }

  private waitForView(state: number): void {
    const { context, blocks } = this;
    const sinceUs = isPermanent(state) ? context.nowUs : context.nowUs - context.timing.patienceUs;
    for (const request of this.requests) {
      if (!request.open) continue;
      this.wait(request);
      if (request.openedUs <= sinceUs) this.giveBack(request, state);
    }
    while (blocks.oldest !== null && blocks.oldest.openedUs <= sinceUs) {
      this.refuseBlock(blocks.take(true), state);
    }
    if (blocks.oldest === null) return;
    this.hasWaiting = true;
    this.dueBy(blocks.oldest.openedUs + context.timing.patienceUs);
  }

  private dueBy(atUs: number): void {
    if (atUs < this.dueUs) this.dueUs = atUs;
    this.context.wakeBy(this.dueUs);
  }

  /** Sends what waits, as far as the fabric answers in time. */
  private sendWaiting(): void {
    if (this.isHeld || this.isSending) return;
    this.isSending = true;
    while (this.blocks.oldest !== null && this.openRequests < this.pace.limit) this.sendNew();
    this.isSending = false;
  }

  private sendNew(): void {
    const { context, blocks } = this;
    let slot = 0;
    while ((this.requests[slot] as OpenRequest).open) slot += 1;
    const request = this.requests[slot] as OpenRequest;
    const first = blocks.take(this.isNearEnd);
    this.sequence = (this.sequence + 1) >>> 0;
    request.open = true;
    request.requestId = ((this.sequence << SLOT_BITS) | slot) >>> 0;
    request.count = blocks.takenCount;
    request.blocks = first;
    request.openedUs = first.openedUs;
    request.wasRepeated = false;
    this.openRequests += 1;
    this.dueBy(context.nowUs + this.pace.retryUs);
    this.send(request);
  }

  private sendIfDue(request: OpenRequest): void {
    const { context, pace } = this;
    if (context.nowUs < request.sentUs + pace.retryUs) return;
    if (this.isHeld && request.sentUs === NOT_SENT) return;
    if (request.sentUs !== NOT_SENT) {
      context.counters.requestRetries += 1;
      pace.noteSilence(context.nowUs);
    }
    request.wasRepeated = true;
    this.send(request);
  }

  private send(request: OpenRequest): void {
    request.sentUs = this.context.nowUs;
    encodeRequest(this.frame, request.requestId, request.count);
    this.post.send(FRAME_REQUEST, this.context.state.accepted.primary, this.frame);
  }

  /** Shares the numbers of `answer` out, in the order in which the blocks came. */
  private handOut(request: OpenRequest): void {
    const { answer, blocks, context, frame } = this;
    const { first } = answer;
    for (let block = request.blocks; block !== null; block = block.next) {
      blocks.close(block);
      context.counters.blocksAnswered += 1;
      encodeHostAnswer(frame, block.tag, first, block.count);
      this.line.send(FRAME_HOST_ANSWER, frame);
      if (block.next !== null) first.add(block.count);
    }
  }

  /** Keeps a request for the next view: its callers need not know that the roles have changed. */
  private wait(request: OpenRequest): void {
    request.sentUs = NOT_SENT;
    this.hasWaiting = true;
    this.pace.restart();
    this.dueBy(request.openedUs + this.context.timing.patienceUs);
  }

  /** So many numbers are not left, but what one of the blocks asks for may be. */
  private askAlone(request: OpenRequest): void {
    this.isNearEnd = true;
    this.close(request);
    this.blocks.putBack(request.blocks as HostBlock);
    this.dueBy(this.context.nowUs);
  }

  private giveBack(request: OpenRequest, code: number): void {
    this.close(request);
    for (let block = request.blocks; block !== null; block = block.next) this.refuseBlock(block, code);
  }

  private refuseBlock(block: HostBlock, code: number): void {
    this.blocks.close(block);
    this.refuseHost(block.tag, code);
  }

  private close(request: OpenRequest): void {
    request.open = false;
    this.openRequests -= 1;
  }

  private requestOf(requestId: number): OpenRequest {
    return this.requests[requestId & SLOT_MASK] as OpenRequest;
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
