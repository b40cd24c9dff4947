import { MAX_BLOCK_COUNT } from "../wire/constants.js";
import { viewOfWords } from "../wire/fields.js";
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
import { encodeHostRefuse, HOST_ANSWER_BYTES } from "../wire/host-frames.js";
import {
  ANSWER_BYTES,
  decodeRefuse,
  OFFSET_REQUEST,
  REQUEST_BYTES,
  RefuseFields,
  WORD_COUNT,
  WORD_FIRST_HIGH,
  WORD_FIRST_LOW,
  WORD_REQUEST_ID,
} from "../wire/number-frames.js";
import { Uint64 } from "../wire/uint64.js";
import { AnswerTime } from "./answer-time.js";
import type { CardContext } from "./card-context.js";
import { type HostBlock, HostBlocks, NO_TAG } from "./host-blocks.js";
import type { HostLine } from "./host-line.js";
import type { Post } from "./post.js";
import { StandingFrame } from "./standing-frame.js";

const NOT_SENT = Number.NEGATIVE_INFINITY;
const NEVER = Number.POSITIVE_INFINITY;
const TWO_32 = 0x1_0000_0000;

/** The request that the primary is asked. Whom it serves is fixed when it is first sent: a retry adds nobody. */
class OpenRequest {
  isOpen = false;
  /** As a signed integer, which XS compares sooner. */
  requestId = 0;
  /** The sum of its blocks' counts. */
  count = 0;
  /** The first of its blocks, in the order in which they share its numbers. */
  blocks: HostBlock | null = null;
  /** When it was sent last; NOT_SENT where it waits for a view, or was refused in the last. */
  sentUs = NOT_SENT;
  /** It was sent more than once, so its answer does not tell which of them it is for. */
  wasRepeated = false;

  /** When the first of its blocks came. Only while it is open. */
  get openedUs(): number {
    return (this.blocks as HostBlock).openedUs;
  }
}

/**
 * Asks for the blocks of its host, and hands on each first answer. One request is under way at a time: blocks that come meanwhile
 * wait, and go together in the next one. So the more a host asks, the more a request brings, and no load makes requests queue up.
 */
export class Originator {
  // What every turn asks stands first: XS finds it sooner.
  private readonly context: CardContext;
  /** The request was refused in this view, or blocks wait for the next: the next beacon is reason to ask again. */
  hasWaiting = false;
  /** When `tick` has something to do, as long as numbers can be had as before. Too early does no harm. */
  dueUs = NEVER;
  private readonly open = new OpenRequest();
  private readonly blocks = new HostBlocks();
  private readonly line: HostLine;
  private readonly requests: StandingFrame;
  /** For the frames to the host. */
  private readonly frame: FrameBuffer;
  private readonly viewState: () => number;
  private readonly time: AnswerTime;
  /** The newest request id, as a signed integer. It rises with each request, from a random start. */
  private sequence: number;
  /** The next request is sent then at the soonest. */
  private readyUs = Number.NEGATIVE_INFINITY;
  private readonly refusal = new RefuseFields();
  /** Nothing new is sent. */
  private isHeld = false;
  /** A request is being sent, and its answer may come before that is over: where this card holds all roles. */
  private isSending = false;
  /** Fewer numbers are left than several blocks ask for. */
  private isNearEnd = false;
  /** The first number of an answer that is sent again. */
  private readonly again = new Uint64();

  /** @param viewState says whether numbers can be had in the view that this card knows. */
  constructor(context: CardContext, post: Post, line: HostLine, viewState: () => number) {
    this.context = context;
    this.requests = new StandingFrame(context, post, FRAME_REQUEST);
    this.line = line;
    this.frame = line.frame;
    this.viewState = viewState;
    this.sequence = context.environment.randomSeed | 0;
    this.time = new AnswerTime(context.timing);
  }

  /** Takes the host's request for `count` numbers under its name `tag`. */
  request(tag: number, count: number): void {
    const context = this.context;
    const blocks = this.blocks;
    if (((tag - blocks.newestTag) | 0) > 0) blocks.newestTag = tag;
    else if (this.isRepeated(tag, count)) return;
    const nowUs = context.nowUs;
    const isReady = nowUs < context.readyUntilUs;
    if (
      // Mostly all is well, and nothing else is under way.
      isReady &&
      blocks.openCount === 0 &&
      count > 0 &&
      count <= MAX_BLOCK_COUNT &&
      nowUs >= this.readyUs &&
      !this.isHeld
    ) {
      const requestId = (this.sequence + 1) | 0;
      // First the frame, as somebody waits for its answer, which cannot come in this turn if it goes over a cable.
      const goesOut = context.state.accepted.primary !== context.cardId;
      if (goesOut) this.send(requestId, count);
      this.begin(blocks.addOnly(tag, count, nowUs), requestId, count);
      if (!goesOut) this.send(requestId, count);
      context.counters.blocksAsked += 1;
      return;
    }
    const state = isReady ? STATE_READY : this.viewState();
    if (blocks.isFull) this.refuseHost(tag, REFUSE_BUSY);
    else if (count === 0 || count > MAX_BLOCK_COUNT) this.refuseHost(tag, REFUSE_COUNT);
    else if (state !== STATE_READY && isPermanent(state)) this.refuseHost(tag, state);
    else {
      context.counters.blocksAsked += 1;
      blocks.add(tag, count, nowUs);
      if (state === STATE_READY) this.sendWaiting();
      else this.dueBy(nowUs + this.time.retryUs);
    }
  }

  /** A view begins: that the last one fell silent means nothing, and what waited there is lost. */
  beginView(): void {
    this.time.forgetSilence();
    this.readyUs = this.context.nowUs;
    this.dueBy(this.context.nowUs);
  }

  /** Forgets what an earlier session asked for: its numbers, should they come, are nobody's. */
  reset(): void {
    this.open.isOpen = false;
    this.blocks.clear();
  }

  /**
   * Keeps back what was not sent yet, as this card will be deaf for a while and its answer would be lost.
   * @returns whether nothing is under way any more.
   */
  hold(): boolean {
    this.isHeld = true;
    return !this.open.isOpen || this.open.sentUs === NOT_SENT;
  }

  /** Sends again, from the next `tick` on, which is due at once. */
  release(): void {
    if (this.isHeld) this.dueBy(this.context.nowUs);
    this.isHeld = false;
  }

  /**
   * Takes an ANSWER of the member `source`. The path of every number: the frame is read as `decodeAnswer` would.
   * @param isAlike it is like one for which this has returned true.
   * @returns whether its view lets it be taken.
   */
  receiveAnswer(source: number, frame: FrameBuffer, isAlike: boolean): boolean {
    const open = this.open;
    if (!isAlike && !this.isGood(source, frame)) return false;
    const context = this.context;
    const words = frame.words;
    const count = (words[WORD_COUNT] as number) & 0xffff;
    if (!open.isOpen || open.requestId !== words[WORD_REQUEST_ID] || open.count !== count) {
      context.counters.answersLate += 1;
      return true;
    }
    open.isOpen = false;
    this.shareOut(words[WORD_FIRST_LOW] as number, words[WORD_FIRST_HIGH] as number);
    // Behind what goes to the host, for which somebody waits.
    context.counters.numbersDelivered += count;
    const time = this.time;
    if (!open.wasRepeated) time.noteAnswer(context.nowUs - open.sentUs);
    this.readyUs = context.nowUs + time.pauseUs;
    if (this.blocks.oldest !== null && this.viewState() === STATE_READY) this.sendWaiting();
    return true;
  }

  /** An answer of an older view is good while its request is open; one of this view comes from its secondary only. */
  private isGood(source: number, frame: FrameBuffer): boolean {
    const { counters, state } = this.context;
    const { accepted } = state;
    if (frame.length !== ANSWER_BYTES) counters.dropLength += 1;
    else if (viewOfWords(frame.words) !== accepted.number || source === accepted.secondary) return true;
    else counters.dropRole += 1;
    return false;
  }

  /** Takes a REFUSE of the member `source`: only that of its primary ends a request. */
  receiveRefuse(source: number, frame: FrameBuffer): void {
    const { context, refusal, open } = this;
    if (!decodeRefuse(frame, refusal)) {
      context.counters.dropLength += 1;
      return;
    }
    if (source !== context.state.accepted.primary || refusal.code === STATE_READY) {
      context.counters.dropRole += 1;
    } else if (open.isOpen && open.requestId === (refusal.requestId | 0)) {
      const impatient = context.nowUs >= open.openedUs + context.timing.patienceUs;
      if (refusal.code === REFUSE_EXHAUSTED && open.count !== (open.blocks as HostBlock).count)
        this.askSingly();
      else if (impatient || isPermanent(refusal.code)) this.giveBack(refusal.code);
      else this.wait();
    }
  }

  /** Asks again for what is silent; gives everything back to the host where the view has ended or fallen silent. */
  tick(): void {
    this.dueUs = NEVER;
    this.hasWaiting = false;
    if (this.blocks.openCount === 0) return;
    const state = this.viewState();
    if (state !== STATE_READY) {
      this.waitForView(state);
      return;
    }
    if (this.open.isOpen) this.sendAgain();
    this.sendWaiting();
  }

  /** Whether the host repeats itself: what is open goes on, and what was answered gets the same answer again, which skips nothing. */
  private isRepeated(tag: number, count: number): boolean {
    const { blocks, again } = this;
    if (blocks.newestTag === NO_TAG) blocks.newestTag = tag;
    if (blocks.isOpen(tag)) return true;
    if (!blocks.recall(tag, count, again)) return false;
    this.line.sendWords(FRAME_HOST_ANSWER, HOST_ANSWER_BYTES, tag, again.low, again.high, count);
    return true;
  }

  private waitForView(state: number): void {
    const { context, blocks, open } = this;
    const sinceUs = isPermanent(state) ? context.nowUs : context.nowUs - context.timing.patienceUs;
    if (open.isOpen) {
      this.wait();
      if (open.openedUs <= sinceUs) this.giveBack(state);
    }
    while (blocks.oldest !== null && blocks.oldest.openedUs <= sinceUs) {
      this.refuseBlock(blocks.take(false), state);
    }
    if (blocks.oldest === null) return;
    this.hasWaiting = true;
    this.dueBy(blocks.oldest.openedUs + context.timing.patienceUs);
  }

  private dueBy(atUs: number): void {
    const { context } = this;
    if (atUs < this.dueUs) this.dueUs = atUs;
    if (this.dueUs < context.wakeUpUs) context.wakeUpUs = this.dueUs;
  }

  /** Sends what waits, unless a request is under way or was answered too slowly a moment ago. */
  private sendWaiting(): void {
    const { blocks, open } = this;
    if (this.isHeld || this.isSending || open.isOpen || blocks.oldest === null) return;
    if (this.context.nowUs < this.readyUs) {
      this.dueBy(this.readyUs);
      return;
    }
    this.isSending = true;
    while (blocks.oldest !== null && !open.isOpen) {
      const taken = blocks.take(!this.isNearEnd);
      this.begin(taken, (this.sequence + 1) | 0, blocks.takenCount);
      this.send(open.requestId, open.count);
    }
    this.isSending = false;
  }

  /** Opens a new request for these blocks, which ask for `count` numbers together. */
  private begin(blocks: HostBlock, requestId: number, count: number): void {
    const open = this.open;
    this.sequence = requestId;
    open.isOpen = true;
    open.requestId = requestId;
    open.count = count;
    open.blocks = blocks;
    open.wasRepeated = false;
    open.sentUs = this.context.nowUs;
  }

  /** Sends the request again where that is due. */
  private sendAgain(): void {
    const { context, open, time } = this;
    if (open.sentUs === NOT_SENT) {
      if (this.isHeld) return;
    } else if (context.nowUs < open.sentUs + time.retryUs) {
      this.dueBy(open.sentUs + time.retryUs);
      return;
    } else {
      context.counters.requestRetries += 1;
      // One repetition may be for a lost frame; a second one says that this is too fast.
      if (open.wasRepeated) time.noteSilence();
    }
    open.wasRepeated = true;
    open.sentUs = context.nowUs;
    this.send(open.requestId, open.count);
  }

  private send(requestId: number, count: number): void {
    const context = this.context;
    const requests = this.requests;
    const nowUs = context.nowUs;
    if (requests.epoch !== context.epoch) {
      requests.renew();
      requests.frame.length = REQUEST_BYTES;
    }
    // As `encodeRequest`: behind the id and the count the frame ends.
    requests.sendWith(context.state.accepted.primary, OFFSET_REQUEST, requestId, count, 0, 0);
    // Behind the request, for whose answer somebody waits.
    const dueUs = nowUs + this.time.retryUs;
    if (dueUs < this.dueUs) this.dueUs = dueUs;
    if (dueUs < context.wakeUpUs) context.wakeUpUs = dueUs;
  }

  /** Shares the numbers of an answer, from the first one on, whose halves these are, out in the order in which the blocks came. */
  private shareOut(firstLow: number, firstHigh: number): void {
    const blocks = this.blocks;
    const counters = this.context.counters;
    const line = this.line;
    let low = firstLow;
    let high = firstHigh;
    let block = this.open.blocks as HostBlock;
    for (;;) {
      const count = block.count;
      const next = block.next;
      line.sendWords(FRAME_HOST_ANSWER, HOST_ANSWER_BYTES, block.tag, low, high, count);
      counters.blocksAnswered += 1;
      blocks.answer(block, high, low);
      if (next === null) return;
      block = next;
      // The halves are words, which may be negative.
      const nextLow = (low >>> 0) + count;
      low = nextLow | 0;
      if (nextLow >= TWO_32) high += 1;
    }
  }

  /** Keeps the request for the next view: its callers need not know that the roles have changed. */
  private wait(): void {
    this.open.sentUs = NOT_SENT;
    this.hasWaiting = true;
    this.time.forgetSilence();
    this.dueBy(this.open.openedUs + this.context.timing.patienceUs);
  }

  /** So many numbers are not left, but what one of the blocks asks for may be. */
  private askSingly(): void {
    this.isNearEnd = true;
    this.open.isOpen = false;
    this.blocks.putBack(this.open.blocks as HostBlock);
    this.dueBy(this.context.nowUs);
  }

  private giveBack(code: number): void {
    this.open.isOpen = false;
    for (let block = this.open.blocks; block !== null; block = block.next) this.refuseBlock(block, code);
  }

  private refuseBlock(block: HostBlock, code: number): void {
    this.refuseHost(block.tag, code);
    this.blocks.close(block);
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
