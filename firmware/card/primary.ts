import { MAX_BLOCK_COUNT } from "../wire/constants.js";
import { viewToWords } from "../wire/fields.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_REFUSE,
  FRAME_STORE,
  REFUSE_BUSY,
  REFUSE_COUNT,
  REFUSE_EXHAUSTED,
  REFUSE_NOT_PRIMARY,
  STATE_READY,
} from "../wire/frame-types.js";
import { WORD_BODY, WORD_FABRIC } from "../wire/header.js";
import { encodeRefuse, OFFSET_REQUEST_ID, REQUEST_BYTES, STORE_BYTES } from "../wire/number-frames.js";
import { NUMBER_LIMIT, Uint64 } from "../wire/uint64.js";
import { AdaptiveWindow } from "./adaptive-window.js";
import { type AssignedBlock, AssignedBlocks } from "./assigned-blocks.js";
import type { CardContext } from "./card-context.js";
import { Lease } from "./lease.js";
import type { Post } from "./post.js";
import { StandingFrame } from "./standing-frame.js";
import { WaitingRequests } from "./waiting-requests.js";

const TWO_32 = 0x1_0000_0000;
/** Above this half no block is assigned without a closer look at where the numbers end. As an integer, which XS compares sooner. */
const CALM_HIGH = (NUMBER_LIMIT.high - 1) | 0;

/** Is told that a card holds all numbers below `end`, for its host's memory. */
export interface Holder {
  noteHeld(end: Uint64): void;
}

/**
 * Assigns numbers while the lease lets it. The path of every number goes through here, so it is written without calls where
 * that is readable: XS takes as long for one as for ten sums.
 */
export class Primary {
  // What every turn asks stands first: XS finds it sooner.
  private readonly context: CardContext;
  readonly lease: Lease;
  /** The next number that is not assigned yet. Means nothing while the card is cold. */
  readonly next = new Uint64();
  private readonly end = new Uint64();
  /** Up to here numbers may be assigned: what a quorum has in flash. */
  private readonly ceiling: Uint64;
  /** Since when nothing is assigned any more, as the roles are to be handed over. */
  private drainUs = Number.POSITIVE_INFINITY;
  private isDraining = false;
  private readonly waiting = new WaitingRequests();
  private readonly stores: StandingFrame;
  /** Up to here, in its upper half and in this epoch, the next window is not to be asked for. */
  private calmEpoch = -1;
  private calmHigh = 0;
  private calmLow = 0;
  private readonly holder: Holder;
  private readonly assigned = new AssignedBlocks();
  private readonly post: Post;
  private readonly window = new AdaptiveWindow();

  /** @param holder is told what is assigned. */
  constructor(context: CardContext, post: Post, holder: Holder) {
    this.context = context;
    this.post = post;
    this.holder = holder;
    this.lease = new Lease(context, post, () => !this.wantsCeiling() || this.raiseCeiling());
    this.ceiling = this.lease.quorum.ceiling;
    this.stores = new StandingFrame(context, post, FRAME_STORE);
  }

  /** Begins with the base of a view that this card is primary of. */
  begin(): void {
    this.window.begin();
    this.waiting.clear();
    this.assigned.endView();
    this.next.copy(this.context.state.accepted.base);
    this.endDrain();
    this.lease.begin();
  }

  /** Stops assigning; requests wait. A beacon behind the last STORE tells when the secondary has them all. */
  drain(): void {
    this.isDraining = true;
    this.drainUs = this.context.nowUs;
    this.lease.sendBeacons();
  }

  endDrain(): void {
    this.isDraining = false;
    this.drainUs = Number.POSITIVE_INFINITY;
  }

  /** Whether the secondary has heard a beacon sent after the last STORE. */
  isDrained(): boolean {
    return this.lease.hasSecondaryHeard(this.drainUs);
  }

  tick(): void {
    const { context, lease } = this;
    if (!context.leads || lease.abdicated || context.cold) return;
    lease.tick();
    if (this.waiting.count > 0 && !lease.abdicated && lease.assignState() !== STATE_READY)
      this.serveWaiting();
  }

  /**
   * Takes a REQUEST of the member `originator`.
   * @param isAlike it is like one for which this has returned true.
   * @returns whether it is whole.
   */
  receiveRequest(originator: number, frame: FrameBuffer, isAlike: boolean): boolean {
    const context = this.context;
    if (!isAlike && frame.length !== REQUEST_BYTES) {
      context.counters.dropLength += 1;
      return false;
    }
    // As `decodeRequest`, but for the sign of the id, which goes on as it is.
    const words = frame.words;
    const middle = words[WORD_BODY] as number;
    const requestId = (((words[WORD_FABRIC] as number) >> 24) & 0xff) | (middle << 8);
    const count = ((middle >> 24) & 0xff) | (((words[WORD_BODY + 1] as number) & 0xff) << 8);
    const block = this.assigned.blockOf(context.state.members.indexes[originator] as number, requestId);
    if (
      block.requestId === requestId &&
      block.count === count &&
      block.assignedUs >= context.nowUs - context.timing.patienceUs
    )
      this.storeAgain(originator, block);
    else this.serve(originator, requestId, count, block, true);
    context.counters.requestsReceived += 1;
    return true;
  }

  /**
   * Answers a request that was assigned numbers in this view: by the same STORE, as a cable may bring it twice. Where one has
   * just left, the request has waited here behind others, and its answer is on its way. One that was assigned long ago does not
   * come here, however often it was repeated: a card that was started again draws its ids anew.
   */
  private storeAgain(originator: number, block: AssignedBlock): void {
    const { context, lease } = this;
    const state = lease.isActing() ? lease.assignState() : REFUSE_NOT_PRIMARY;
    if (state !== STATE_READY) {
      this.refuse(originator, block.requestId, state);
    } else if (context.nowUs >= block.sentUs + context.timing.retryUs / 2) {
      this.sendStore(originator, block);
    }
  }

  /**
   * Assigns a block, or says why not, or lets it wait.
   * @param mayWait is false for a request that waited before: it is at the head of the queue already.
   * @returns false where it waits.
   */
  private serve(
    originator: number,
    requestId: number,
    count: number,
    block: AssignedBlock,
    mayWait: boolean,
  ): boolean {
    const context = this.context;
    const next = this.next;
    const ceiling = this.ceiling;
    const nowUs = context.nowUs;
    const high = next.high;
    const low = next.low;
    let endHigh = high;
    let endLow = low + count;
    if (
      // Mostly all is well: the lease, which is asked in this very turn, and a sum without a carry.
      nowUs >= context.readyUntilUs ||
      !context.leads ||
      count === 0 ||
      count > MAX_BLOCK_COUNT ||
      endLow >= TWO_32 ||
      high > CALM_HIGH
    ) {
      const code = this.refusalOf(count);
      if (code !== STATE_READY) {
        this.refuse(originator, requestId, code);
        return true;
      }
      endHigh = this.end.high;
      endLow = this.end.low;
    }
    const isAbove = endHigh === ceiling.high ? endLow > ceiling.low : endHigh > ceiling.high;
    if (isAbove || this.isDraining || (mayWait && this.waiting.count > 0)) {
      if (mayWait) this.wait(originator, requestId, count);
      return false;
    }
    if (endHigh !== high) next.high = endHigh;
    next.low = endLow;
    const stores = this.stores;
    if (stores.epoch !== context.epoch) this.renewStores();
    stores.sendWith(
      context.state.accepted.secondary,
      OFFSET_REQUEST_ID,
      requestId,
      low,
      high,
      count | (originator << 16),
    );
    // Behind the STORE, for which an originator waits. What this request was given before nobody gets any more.
    if (block.requestId === requestId) context.counters.numbersSkipped += block.count;
    block.requestId = requestId;
    block.count = count;
    block.firstHigh = high;
    block.firstLow = low;
    block.assignedUs = nowUs;
    block.sentUs = nowUs;
    context.counters.numbersAssigned += count;
    this.holder.noteHeld(next);
    const isCalm = endLow <= this.calmLow && endHigh === this.calmHigh && this.calmEpoch === context.epoch;
    if (!isCalm && this.wantsCeiling()) this.lease.sendBeacons();
    return true;
  }

  /** Sets `end` to one above the block, and tells what forbids it. */
  private refusalOf(count: number): number {
    const { end, lease, next } = this;
    if (!lease.isActing()) return REFUSE_NOT_PRIMARY;
    const state = lease.assignState();
    if (state !== STATE_READY) return state;
    if (count === 0 || count > MAX_BLOCK_COUNT) return REFUSE_COUNT;
    end.copy(next);
    return end.add(count) && end.compare(NUMBER_LIMIT) <= 0 ? STATE_READY : REFUSE_EXHAUSTED;
  }

  /** An epoch has begun: the view that STOREs name may be another. */
  private renewStores(): void {
    const { context, stores } = this;
    const { frame } = stores;
    stores.renew();
    viewToWords(frame.words, context.state.accepted.number);
    frame.length = STORE_BYTES;
  }

  /** Sends the STORE of a block once more. */
  private sendStore(originator: number, block: AssignedBlock): void {
    const { context, stores } = this;
    if (stores.epoch !== context.epoch) this.renewStores();
    block.sentUs = context.nowUs;
    stores.sendWith(
      context.state.accepted.secondary,
      OFFSET_REQUEST_ID,
      block.requestId,
      block.firstLow,
      block.firstHigh,
      block.count | (originator << 16),
    );
  }

  private wait(originator: number, requestId: number, count: number): void {
    const { waiting } = this;
    const waitedBefore = waiting.count;
    if (!waiting.add(originator, requestId, count)) this.refuse(originator, requestId, REFUSE_BUSY);
    this.context.counters.requestsWaited += waiting.count - waitedBefore;
  }

  get hasWaiting(): boolean {
    return this.waiting.count > 0;
  }

  /** Serves those that wait, as far as the ceiling now reaches. */
  serveWaiting(): void {
    const { waiting } = this;
    while (waiting.count > 0) {
      const { originator, requestId } = waiting;
      const index = this.context.state.members.indexOf(originator);
      const block = this.assigned.blockOf(index, requestId);
      if (!this.serve(originator, requestId, waiting.blockCount, block, false)) return;
      waiting.removeOldest();
    }
  }

  private refuse(originator: number, requestId: number, code: number): void {
    this.context.counters.requestsRefused += 1;
    encodeRefuse(this.post.frame, requestId, code);
    this.post.send(FRAME_REFUSE, originator, this.post.frame);
  }

  /** Whether half of the window has been used, so that the next is asked for before anybody has to wait. */
  private wantsCeiling(): boolean {
    const { context, next } = this;
    const { ceiling } = context.state;
    const half = this.window.size / 2;
    const calmLow = ceiling.low - half;
    if (ceiling.high === next.high && next.low <= calmLow) {
      // The ceiling changes with an epoch only.
      this.calmEpoch = context.epoch;
      this.calmHigh = next.high;
      this.calmLow = calmLow;
      return false;
    }
    return ceiling.distanceAbove(next, half) < half && ceiling.compare(NUMBER_LIMIT) < 0;
  }

  /** Moves this card's own ceiling a window above `next`, and writes it before anybody is asked to follow. */
  private raiseCeiling(): boolean {
    const { context } = this;
    const { ceiling } = context.state;
    ceiling.copy(this.next).add(this.window.move(context.nowUs));
    ceiling.windowLog2 = this.window.log2;
    if (ceiling.compare(NUMBER_LIMIT) > 0) ceiling.copy(NUMBER_LIMIT);
    context.counters.ceilingWrites += 1;
    return context.save();
  }
}
