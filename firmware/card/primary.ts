import { MAX_BLOCK_COUNT, MAX_BLOCKS_IN_FLIGHT, MAX_MEMBERS } from "../wire/constants.js";
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
import { BeaconAckFields, BeaconFields, decodeBeaconAck, encodeBeacon } from "../wire/lease-frames.js";
import { decodeRequest, encodeRefuse, encodeStore, RequestFields } from "../wire/number-frames.js";
import { NUMBER_LIMIT, Uint64 } from "../wire/uint64.js";
import { AdaptiveWindow } from "./adaptive-window.js";
import type { CardContext } from "./card-context.js";
import type { Post } from "./post.js";
import { Quorum } from "./quorum.js";
import { ViewAnnouncer } from "./view-announcer.js";
import { WaitingRequests } from "./waiting-requests.js";

/** The view is told with each of so many beacons, and from then on with every so-many-eth. */
const ANNOUNCED_BEACONS = 5;

/** Assigns numbers while a quorum lets it, and keeps that quorum by its beacons. */
export class Primary {
  /** The next number that is not assigned yet. Means nothing while the card is cold. */
  readonly next = new Uint64();
  readonly quorum = new Quorum();
  private readonly context: CardContext;
  private readonly post: Post;
  /** Tells that numbers up to one below `next` are used, for the host's memory. */
  private readonly onAssigned: () => void;
  private readonly window = new AdaptiveWindow();
  private readonly waiting = new WaitingRequests();
  private readonly request = new RequestFields();
  private readonly ack = new BeaconAckFields();
  private readonly beacon = new BeaconFields();
  private readonly announcer: ViewAnnouncer;
  /** Beacons sent in this view. */
  private beaconCount = 0;
  private readonly beaconFrame = new FrameBuffer();
  private readonly frame = new FrameBuffer();
  private readonly first = new Uint64();
  private readonly end = new Uint64();
  private nextBeaconUs = 0;
  private beganUs = 0;
  /** Had no quorum for too long: until the next view this card is as silent as any other. */
  private abdicated = false;
  /** Since when nothing is assigned any more, as the roles are to be handed over. */
  private drainUs = Number.POSITIVE_INFINITY;
  /** The newest request of each open block of each member, and its size: a repeated one leaves a gap, which is counted. */
  private readonly seenRequestIds = new Float64Array(MAX_MEMBERS * MAX_BLOCKS_IN_FLIGHT).fill(-1);
  private readonly seenCounts = new Uint16Array(MAX_MEMBERS * MAX_BLOCKS_IN_FLIGHT);
  /** How long a quorum's acknowledgement is good, from when its beacon was sent. */
  private readonly grantUs: number;

  constructor(context: CardContext, post: Post, onAssigned: () => void) {
    this.context = context;
    this.post = post;
    this.onAssigned = onAssigned;
    this.announcer = new ViewAnnouncer(context);
    this.grantUs = context.timing.leaseUs - context.timing.leaseMarginUs;
  }

  /** Whether this card is primary of a view in which it may act. */
  isActing(): boolean {
    const { context } = this;
    const { accepted, cardId, promised } = context.state;
    // Asked in every turn: what most cards fail by comes first, and what `actsIn` would ask stands here.
    return (
      accepted.primary === cardId &&
      accepted.number === promised &&
      !this.abdicated &&
      context.ownState() === STATE_READY
    );
  }

  /** Begins with the base of a view that this card is primary of. */
  begin(): void {
    this.quorum.reset();
    this.window.begin();
    this.waiting.clear();
    this.next.copy(this.context.state.accepted.base);
    this.beganUs = this.context.nowUs;
    this.beaconCount = 0;
    this.abdicated = false;
    this.drainUs = Number.POSITIVE_INFINITY;
    this.nextBeaconUs = this.context.nowUs;
    this.context.wakeBy(this.nextBeaconUs);
  }

  /** @returns STATE_READY where this primary may assign now, else the code of what it lacks. */
  assignState(): number {
    const { context, quorum } = this;
    const { members, accepted, cardId } = context.state;
    if (context.cold) return REFUSE_COLD;
    const sinceUs = context.nowUs - this.grantUs;
    if (quorum.grantedFromUs <= sinceUs) return REFUSE_NO_LEASE;
    if (accepted.secondary === cardId) return STATE_READY;
    return quorum.hears(members.indexOf(accepted.secondary), sinceUs) ? STATE_READY : REFUSE_NO_SECONDARY;
  }

  /** Microseconds for which this primary may still assign; 0 or less: not at all. */
  leaseLeftUs(): number {
    return this.quorum.grantedFromUs + this.grantUs - this.context.nowUs;
  }

  /** Whether this primary could go on but for its secondary: silent for a lease, or restarted. */
  lacksSecondary(): boolean {
    const { context, quorum } = this;
    const { members, accepted } = context.state;
    if (!this.isActing() || context.cold || this.leaseLeftUs() <= 0) return false;
    if (accepted.secondary === context.cardId) return false;
    const { leaseUs } = context.timing;
    const secondary = members.indexOf(accepted.secondary);
    if (quorum.isCold(secondary)) return true;
    const silentFromUs = Math.max(this.beganUs, quorum.lastAckedUs(secondary)) + leaseUs;
    if (context.nowUs < silentFromUs) context.wakeBy(silentFromUs);
    return context.nowUs >= silentFromUs;
  }

  /** @returns a card that could be secondary where this one serves alone, else 0. */
  possibleSecondary(): number {
    const { context } = this;
    const { members, accepted } = context.state;
    if (!this.isActing() || context.cold || accepted.secondary !== context.cardId) return 0;
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
    if (!this.isActing() || this.context.cold) return;
    this.abdicateIfAlone();
    if (this.abdicated) return;
    if (this.context.nowUs >= this.nextBeaconUs) this.sendBeacons();
    this.context.wakeBy(this.nextBeaconUs);
    if (this.waiting.count > 0 && this.assignState() !== STATE_READY) this.serveWaiting();
  }

  /** Takes a REQUEST of the member `originator`. */
  receiveRequest(originator: number, frame: FrameBuffer): void {
    const { context, request } = this;
    if (!decodeRequest(frame, request)) {
      context.counters.dropLength += 1;
      return;
    }
    context.counters.requestsReceived += 1;
    this.serve(originator, request.requestId, request.count, true);
  }

  /** Takes a BEACON_ACK of the member `source`. */
  receiveAck(source: number, frame: FrameBuffer): void {
    const { context, ack, quorum } = this;
    const { members } = context.state;
    if (!decodeBeaconAck(frame, ack)) {
      context.counters.dropLength += 1;
      return;
    }
    if (!this.isActing() || context.cold || ack.view !== context.state.accepted.number) {
      context.counters.dropRole += 1;
      return;
    }
    quorum.noteAck(members.indexOf(source), ack, members.indexOf(context.cardId), members, context.nowUs);
    this.serveWaiting();
    // Hosts that wait for a number learn at once that they can have one.
    if (this.assignState() !== this.beacon.state) this.nextBeaconUs = context.nowUs;
    context.wakeBy(this.nextBeaconUs);
  }

  /** @param mayWait is false for a request that waited before: it is at the head of the queue already. */
  private serve(originator: number, requestId: number, count: number, mayWait: boolean): boolean {
    const { context } = this;
    const code = this.refusalOf(count);
    if (code !== STATE_READY) {
      this.refuse(originator, requestId, code);
      return true;
    }
    const draining = context.nowUs >= this.drainUs;
    if (draining || this.end.compare(this.quorum.ceiling) > 0 || (mayWait && this.waiting.count > 0)) {
      if (mayWait) this.wait(originator, requestId, count);
      return false;
    }
    this.assign(originator, requestId, count);
    return true;
  }

  /** Sets `end` to one above the block, and tells what forbids it. */
  private refusalOf(count: number): number {
    if (!this.isActing()) return REFUSE_NOT_PRIMARY;
    const state = this.assignState();
    if (state !== STATE_READY) return state;
    if (count === 0 || count > MAX_BLOCK_COUNT) return REFUSE_COUNT;
    this.end.copy(this.next).add(count);
    return this.end.compare(NUMBER_LIMIT) > 0 ? REFUSE_EXHAUSTED : STATE_READY;
  }

  private assign(originator: number, requestId: number, count: number): void {
    const { context } = this;
    const { accepted } = context.state;
    this.first.copy(this.next);
    this.next.copy(this.end);
    context.counters.numbersAssigned += count;
    this.countRepeat(originator, requestId, count);
    this.onAssigned();
    encodeStore(this.frame, accepted.number, originator, requestId, this.first, count);
    this.post.send(FRAME_STORE, accepted.secondary, this.frame);
    if (this.wantsCeiling()) this.sendBeacons();
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

  /** Of two blocks that one request was given, one at the most is delivered; the other is a gap. */
  private countRepeat(originator: number, requestId: number, count: number): void {
    const { members } = this.context.state;
    const place =
      members.indexOf(originator) * MAX_BLOCKS_IN_FLIGHT + (requestId & (MAX_BLOCKS_IN_FLIGHT - 1));
    if (this.seenRequestIds[place] === requestId) {
      this.context.counters.numbersSkipped += this.seenCounts[place] as number;
    }
    this.seenRequestIds[place] = requestId;
    this.seenCounts[place] = count;
  }

  /** Whether half of the window has been used, so that the next is asked for before anybody has to wait. */
  private wantsCeiling(): boolean {
    const { ceiling } = this.context.state;
    const half = this.window.size / 2;
    return ceiling.distanceAbove(this.next, half) < half && ceiling.compare(NUMBER_LIMIT) < 0;
  }

  private sendBeacons(): void {
    const { context, beacon, beaconFrame, quorum } = this;
    const { members, accepted, ceiling } = context.state;
    const self = members.indexOf(context.cardId);
    if (this.wantsCeiling() && !this.raiseCeiling()) return;
    quorum.noteOwn(self, ceiling, members, context.nowUs);
    beacon.view = accepted.number;
    beacon.ceiling.copy(ceiling);
    beacon.windowLog2 = ceiling.windowLog2;
    beacon.state = this.assignState();
    beacon.sequence = quorum.noteBeacon(context.nowUs);
    encodeBeacon(beaconFrame, beacon);
    for (let index = 0; index < members.count; index += 1) {
      if (index === self) continue;
      if (this.announcesTo(index)) {
        this.post.send(FRAME_ACCEPT, members.cardAt(index), this.announcer.encode());
      }
      this.post.send(FRAME_BEACON, members.cardAt(index), beaconFrame);
    }
    this.beaconCount += 1;
    context.counters.beaconsSent += 1;
    this.nextBeaconUs = context.nowUs + context.timing.beaconUs;
    context.wakeBy(this.nextBeaconUs);
  }

  /** A beacon says little of its view: who has not shown yet to know it, is told. A deaf card is told at every fifth beacon only, once the first ones have gone. */
  private announcesTo(index: number): boolean {
    if (this.quorum.hasHeard(index)) return false;
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
    const aloneFromUs = Math.max(this.beganUs, this.quorum.grantedFromUs + this.grantUs);
    this.abdicated = context.nowUs >= aloneFromUs + context.timing.abdicateUs;
  }
}
