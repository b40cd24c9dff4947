import { MAX_BLOCK_COUNT } from "../wire/constants.js";
import { viewToWords } from "../wire/fields.js";
import { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  FRAME_BEACON,
  FRAME_REFUSE,
  FRAME_STORE,
  REFUSE_BUSY,
  REFUSE_COLD,
  REFUSE_COUNT,
  REFUSE_EXHAUSTED,
  REFUSE_NO_LEASE,
  REFUSE_NO_SECONDARY,
  REFUSE_NOT_PRIMARY,
  STATE_READY,
} from "../wire/frame-types.js";
import {
  BeaconAckFields,
  BeaconFields,
  decodeBeaconAck,
  encodeBeacon,
  WORD_SEQUENCE,
} from "../wire/lease-frames.js";
import { decodeRequest, encodeRefuse, RequestFields, writeStore } from "../wire/number-frames.js";
import { NUMBER_LIMIT, Uint64 } from "../wire/uint64.js";
import { AdaptiveWindow } from "./adaptive-window.js";
import { AssignedBlocks } from "./assigned-blocks.js";
import type { CardContext } from "./card-context.js";
import type { Post } from "./post.js";
import { Quorum } from "./quorum.js";
import { StandingFrame } from "./standing-frame.js";
import { ViewAnnouncer } from "./view-announcer.js";
import { WaitingRequests } from "./waiting-requests.js";

/** The view is told with each of so many beacons, and from then on with every so-many-eth. */
const ANNOUNCED_BEACONS = 5;
const TWO_32 = 0x1_0000_0000;

/** Where no quorum has acknowledged a beacon, the next one goes only after so many times its interval: acknowledgements queue up. */
const SLOW_BEACONS = 2;

/** Assigns numbers while a quorum lets it, and keeps that quorum by its beacons. */
export class Primary {
  // What every turn asks stands first: XS finds it sooner.
  private readonly context: CardContext;
  /** How long a quorum's acknowledgement is good, from when its beacon was sent. */
  private readonly grantUs: number;
  readonly quorum = new Quorum();
  /** When the newest beacon was sent that the secondary, warm, has acknowledged. */
  private secondaryHeardUs = Number.NEGATIVE_INFINITY;
  /** Had no quorum for too long: until the next view this card is as silent as any other. */
  abdicated = false;
  private readonly waiting = new WaitingRequests();
  private nextBeaconUs = 0;
  private lastBeaconUs = 0;
  private readonly beacon = new BeaconFields();
  /** The next number that is not assigned yet. Means nothing while the card is cold. */
  readonly next = new Uint64();
  private readonly end = new Uint64();
  private readonly stores: StandingFrame;
  private readonly ack = new BeaconAckFields();
  private readonly request = new RequestFields();
  private readonly first = new Uint64();
  private readonly post: Post;
  /** For frames that are rare. */
  private readonly frame = new FrameBuffer();
  /** Tells that numbers up to one below `next` are used, for the host's memory. */
  private readonly onAssigned: () => void;
  private readonly window = new AdaptiveWindow();
  readonly announcer: ViewAnnouncer;
  /** Beacons sent in this view. */
  private beaconCount = 0;
  private readonly beacons: StandingFrame;
  private beganUs = 0;
  /** Since when nothing is assigned any more, as the roles are to be handed over. */
  private drainUs = Number.POSITIVE_INFINITY;
  private readonly assigned = new AssignedBlocks();

  constructor(context: CardContext, post: Post, onAssigned: () => void) {
    this.context = context;
    this.post = post;
    this.onAssigned = onAssigned;
    this.announcer = new ViewAnnouncer(context);
    this.beacons = new StandingFrame(context, post, FRAME_BEACON);
    this.stores = new StandingFrame(context, post, FRAME_STORE);
    this.grantUs = context.timing.leaseUs - context.timing.leaseMarginUs;
  }

  /** Whether this card is primary of a view in which it may act. */
  isActing(): boolean {
    return this.context.leads && !this.abdicated;
  }

  /** When `tick` has something to do. Only while this card acts. */
  dueUs(): number {
    return this.waiting.count > 0 ? this.context.nowUs : this.nextBeaconUs;
  }

  /** Begins with the base of a view that this card is primary of. */
  begin(): void {
    this.quorum.reset();
    this.window.begin();
    this.waiting.clear();
    this.assigned.endView();
    this.next.copy(this.context.state.accepted.base);
    this.beganUs = this.context.nowUs;
    this.beaconCount = 0;
    this.abdicated = false;
    this.drainUs = Number.POSITIVE_INFINITY;
    this.nextBeaconUs = this.context.nowUs;
    this.noteSecondary();
    this.context.wakeBy(this.nextBeaconUs);
  }

  /** @returns STATE_READY where this primary may assign now, else the code of what it lacks. */
  assignState(): number {
    const { context } = this;
    if (context.cold) return REFUSE_COLD;
    const sinceUs = context.nowUs - this.grantUs;
    if (this.quorum.grantedFromUs <= sinceUs) return REFUSE_NO_LEASE;
    return this.secondaryHeardUs > sinceUs ? STATE_READY : REFUSE_NO_SECONDARY;
  }

  /** Microseconds for which this primary may still assign; 0 or less: not at all. */
  leaseLeftUs(): number {
    return this.quorum.grantedFromUs + this.grantUs - this.context.nowUs;
  }

  /** Whether this primary, which acts and is warm, could go on but for its secondary: silent for a lease, or restarted. */
  lacksSecondary(): boolean {
    const { context, quorum } = this;
    const { members, accepted } = context.state;
    if (this.leaseLeftUs() <= 0) {
      context.wakeBy(this.nextBeaconUs);
      return false;
    }
    if (accepted.secondary === context.cardId) return false;
    const { leaseUs } = context.timing;
    const secondary = members.indexOf(accepted.secondary);
    if (quorum.isCold(secondary)) return true;
    const silentFromUs = Math.max(this.beganUs, quorum.lastAckedUs(secondary)) + leaseUs;
    if (context.nowUs < silentFromUs) context.wakeBy(silentFromUs);
    return context.nowUs >= silentFromUs;
  }

  /** @returns a card that could be secondary, as this one acts, warm, and serves alone; else 0. */
  possibleSecondary(): number {
    const { context } = this;
    const { members } = context.state;
    for (let index = 0; index < members.count; index += 1) {
      const card = members.cardAt(index);
      if (card !== context.cardId && members.isVoter(card) && this.hearsMember(card)) return card;
    }
    return 0;
  }

  /** Stops assigning; requests wait. A beacon behind the last STORE tells when the secondary has them all. */
  drain(): void {
    this.drainUs = this.context.nowUs;
    this.sendBeacons();
  }

  endDrain(): void {
    this.drainUs = Number.POSITIVE_INFINITY;
  }

  /** Whether the secondary has heard a beacon sent after the last STORE. On one cable nothing overtakes. */
  isDrained(): boolean {
    const { members, accepted } = this.context.state;
    return this.quorum.lastAckedUs(members.indexOf(accepted.secondary)) >= this.drainUs;
  }

  /** Whether the member `card` acknowledged a beacon within the last lease. */
  hearsMember(card: number): boolean {
    const { context, quorum } = this;
    if (card === context.cardId) return true;
    return quorum.lastAckedUs(context.state.members.indexOf(card)) > context.nowUs - context.timing.leaseUs;
  }

  /** Whether the member `card` said last that it has few writes left. */
  isLow(card: number): boolean {
    return this.quorum.isLow(this.context.state.members.indexOf(card));
  }

  /** Whether the member `card` could take a role over. */
  canTake(card: number): boolean {
    return this.context.state.members.isVoter(card) && this.hearsMember(card) && !this.isLow(card);
  }

  tick(): void {
    const { context } = this;
    if (!context.leads || this.abdicated || context.cold) return;
    this.abdicateIfAlone();
    if (this.abdicated) return;
    if (context.nowUs >= this.nextBeaconUs) this.sendBeacons();
    else context.wakeBy(this.nextBeaconUs);
    if (this.waiting.count > 0 && this.assignState() !== STATE_READY) this.serveWaiting();
  }

  /** Keeps what `assignState` asks about the secondary, as every turn asks it. A card hears itself. */
  private noteSecondary(): void {
    const { members, accepted, cardId } = this.context.state;
    this.secondaryHeardUs =
      accepted.secondary === cardId
        ? Number.POSITIVE_INFINITY
        : this.quorum.warmAckedUs(members.indexOf(accepted.secondary));
  }

  /** Takes a REQUEST of the member `originator`. */
  receiveRequest(originator: number, frame: FrameBuffer): void {
    const { context, request } = this;
    if (!decodeRequest(frame, request)) {
      context.counters.dropLength += 1;
      return;
    }
    context.counters.requestsReceived += 1;
    const { requestId, count } = request;
    const index = context.state.members.indexes[originator] as number;
    const sinceUs = context.nowUs - context.timing.patienceUs;
    const sentUs = this.assigned.sentAtUs(index, requestId, count, sinceUs);
    if (sentUs < sinceUs) this.serve(originator, requestId, count, true);
    else this.storeAgain(originator, index, sentUs);
  }

  /**
   * Answers a request that was assigned numbers in this view: by the same STORE, as a cable may bring it twice. Where one has
   * just left, the request has waited here behind others, and its answer is on its way.
   */
  private storeAgain(originator: number, index: number, sentUs: number): void {
    const { context, first } = this;
    const { requestId, count } = this.request;
    const state = this.isActing() ? this.assignState() : REFUSE_NOT_PRIMARY;
    if (state !== STATE_READY) {
      this.refuse(originator, requestId, state);
    } else if (context.nowUs >= sentUs + context.timing.retryUs / 2) {
      this.assigned.repeat(index, requestId, first, context.nowUs);
      this.sendStore(originator, requestId, count);
    }
  }

  /** Takes a BEACON_ACK of the member `source`. */
  receiveAck(source: number, frame: FrameBuffer): void {
    const { context, ack } = this;
    const { state } = context;
    const { members, accepted } = state;
    if (!decodeBeaconAck(frame, ack)) {
      context.counters.dropLength += 1;
      return;
    }
    if (!context.leads || this.abdicated || context.cold || ack.view !== accepted.number) {
      context.counters.dropRole += 1;
      return;
    }
    const { indexes } = members;
    const self = indexes[state.cardId] as number;
    this.quorum.noteAck(indexes[source] as number, ack, self, members, context.nowUs);
    if (source === accepted.secondary) this.noteSecondary();
    if (ack.flags !== 0) context.hasNews = true;
    if (this.waiting.count > 0) this.serveWaiting();
    if (this.quorum.grantedFromUs === this.lastBeaconUs) {
      this.nextBeaconUs = Math.min(this.nextBeaconUs, this.lastBeaconUs + context.timing.beaconUs);
    }
    // Hosts that wait for a number learn at once that they can have one.
    if (this.assignState() !== this.beacon.state) this.nextBeaconUs = context.nowUs;
    if (this.nextBeaconUs < context.wakeUpUs) context.wakeUpUs = this.nextBeaconUs;
  }

  /** @param mayWait is false for a request that waited before: it is at the head of the queue already. */
  private serve(originator: number, requestId: number, count: number, mayWait: boolean): boolean {
    const { context } = this;
    const code = this.refusalOf(count);
    if (code !== STATE_READY) {
      this.refuse(originator, requestId, code);
      return true;
    }
    const { ceiling } = this.quorum;
    const { end } = this;
    const isAbove = end.high === ceiling.high ? end.low > ceiling.low : end.high > ceiling.high;
    if (isAbove || context.nowUs >= this.drainUs || (mayWait && this.waiting.count > 0)) {
      if (mayWait) this.wait(originator, requestId, count);
      return false;
    }
    this.assign(originator, requestId, count);
    return true;
  }

  /** Sets `end` to one above the block, and tells what forbids it. */
  private refusalOf(count: number): number {
    if (!this.context.leads || this.abdicated) return REFUSE_NOT_PRIMARY;
    const state = this.assignState();
    if (state !== STATE_READY) return state;
    if (count === 0 || count > MAX_BLOCK_COUNT) return REFUSE_COUNT;
    const { end, next } = this;
    const { high, low } = next;
    end.high = high;
    end.low = low + count;
    // Mostly so: no carry, and the upper half tells.
    if (end.low < TWO_32 && high < NUMBER_LIMIT.high) return STATE_READY;
    end.low = low;
    end.add(count);
    return end.compare(NUMBER_LIMIT) > 0 ? REFUSE_EXHAUSTED : STATE_READY;
  }

  private assign(originator: number, requestId: number, count: number): void {
    const { context, first, next, end } = this;
    // Here and in `refusalOf` without calls: XS takes as long for one as for ten sums.
    first.high = next.high;
    first.low = next.low;
    next.high = end.high;
    next.low = end.low;
    context.counters.numbersAssigned += count;
    const index = context.state.members.indexes[originator] as number;
    context.counters.numbersSkipped += this.assigned.note(index, requestId, count, first, context.nowUs);
    this.sendStore(originator, requestId, count);
    // Behind the STORE, for which an originator waits.
    this.onAssigned();
    if (this.wantsCeiling()) this.sendBeacons();
  }

  /** Sends a STORE for `count` numbers from `first` on. */
  private sendStore(originator: number, requestId: number, count: number): void {
    const { stores } = this;
    const { accepted } = this.context.state;
    if (stores.renew()) viewToWords(stores.frame.words, accepted.number);
    writeStore(stores.frame, originator, requestId, this.first, count);
    stores.send(accepted.secondary);
  }

  private wait(originator: number, requestId: number, count: number): void {
    const { waiting } = this;
    const waitedBefore = waiting.count;
    if (!waiting.add(originator, requestId, count)) this.refuse(originator, requestId, REFUSE_BUSY);
    this.context.counters.requestsWaited += waiting.count - waitedBefore;
  }

  private serveWaiting(): void {
    const { waiting } = this;
    while (
      waiting.count > 0 &&
      this.serve(waiting.originator, waiting.requestId, waiting.blockCount, false)
    ) {
      waiting.removeOldest();
    }
  }

  private refuse(originator: number, requestId: number, code: number): void {
    this.context.counters.requestsRefused += 1;
    encodeRefuse(this.frame, requestId, code);
    this.post.send(FRAME_REFUSE, originator, this.frame);
  }

  /** Whether half of the window has been used, so that the next is asked for before anybody has to wait. */
  private wantsCeiling(): boolean {
    const { next } = this;
    const { ceiling } = this.context.state;
    const half = this.window.size / 2;
    // Mostly so, and asked at every number.
    if (ceiling.high === next.high && ceiling.low - next.low >= half) return false;
    return ceiling.distanceAbove(next, half) < half && ceiling.compare(NUMBER_LIMIT) < 0;
  }

  private sendBeacons(): void {
    const { context, beacon, beacons, quorum } = this;
    const { members, accepted, ceiling } = context.state;
    const { frame } = beacons;
    const self = members.indexOf(context.cardId);
    if (this.wantsCeiling() && !this.raiseCeiling()) return;
    quorum.noteOwn(self, ceiling, members, context.nowUs);
    const state = this.assignState();
    const sequence = quorum.noteBeacon(context.nowUs);
    if (!beacons.renew() && state === beacon.state) {
      // It says what it said before.
      frame.words[WORD_SEQUENCE] = sequence;
    } else {
      beacon.view = accepted.number;
      beacon.ceiling.copy(ceiling);
      beacon.windowLog2 = ceiling.windowLog2;
      beacon.state = state;
      beacon.sequence = sequence;
      encodeBeacon(frame, beacon);
    }
    for (let index = 0; index < members.count; index += 1) {
      if (index === self) continue;
      const card = members.cards[index] as number;
      if (!quorum.hasHeard(index) && this.announces()) {
        this.post.send(FRAME_ACCEPT, card, this.announcer.encode());
      }
      beacons.send(card);
    }
    const isSlow =
      this.beaconCount > ANNOUNCED_BEACONS && quorum.grantedFromUs < context.nowUs && this.leaseLeftUs() > 0;
    this.beaconCount += 1;
    context.counters.beaconsSent += 1;
    this.lastBeaconUs = context.nowUs;
    this.nextBeaconUs = context.nowUs + (isSlow ? SLOW_BEACONS : 1) * context.timing.beaconUs;
    context.wakeBy(this.nextBeaconUs);
  }

  /** A beacon says little of its view: who has not shown yet to know it, is told. A deaf card is told at every fifth beacon only, once the first ones have gone. */
  private announces(): boolean {
    return this.beaconCount < ANNOUNCED_BEACONS || this.beaconCount % ANNOUNCED_BEACONS === 0;
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

  private abdicateIfAlone(): void {
    const { context } = this;
    const limitUs = context.nowUs - context.timing.abdicateUs;
    this.abdicated = limitUs >= this.quorum.grantedFromUs + this.grantUs && limitUs >= this.beganUs;
  }
}
