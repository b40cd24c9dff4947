import { MAX_MEMBERS } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  FRAME_BEACON,
  REFUSE_COLD,
  REFUSE_NO_LEASE,
  REFUSE_NO_SECONDARY,
  STATE_READY,
} from "../wire/frame-types.js";
import { WORD_BODY, WORD_FABRIC } from "../wire/header.js";
import {
  BEACON_ACK_BYTES,
  BeaconAckFields,
  BeaconFields,
  decodeBeaconAck,
  encodeBeacon,
  WORD_CEILING_HIGH,
  WORD_CEILING_LOW,
  WORD_LEASE_END,
  WORD_SEQUENCE,
} from "../wire/lease-frames.js";
import type { CardContext } from "./card-context.js";
import type { Post } from "./post.js";
import { Quorum } from "./quorum.js";
import { StandingFrame } from "./standing-frame.js";
import { coordinatorOf } from "./view.js";

/** The view is told with each of so many beacons, and from then on with every so-many-eth. */
const ANNOUNCED_BEACONS = 5;
/** Where no quorum has acknowledged two in a row, the next one goes only after so many times its interval: acknowledgements queue up. */
const SLOW_BEACONS = 2;
/**
 * Where every member has acknowledged the newest, the next one goes after so many times its interval. Only in a fabric of no more than
 * so many members, where a way round a cut cable is found at once: in a larger one a lease would end before that.
 */
const CALM_BEACONS = 2;
const CALM_MEMBERS = 3;

/** Keeps a quorum behind this primary: beacons go out, and what the members acknowledge lets it assign for a while. */
export class Lease {
  // What every turn asks stands first: XS finds it sooner.
  private readonly context: CardContext;
  readonly quorum = new Quorum();
  /** When the newest beacon was sent that the secondary, warm, has acknowledged. A card hears itself. */
  private secondaryHeardUs = Number.NEGATIVE_INFINITY;
  /** When the next beacon is due. Only while this card acts. */
  nextBeaconUs = 0;
  /** When the newest beacon was sent. */
  lastBeaconUs = 0;
  /** Had no quorum for too long: until the next view this card is as silent as any other. */
  abdicated = false;
  /** How long a quorum's acknowledgement is good, from when its beacon was sent. */
  private readonly grantUs: number;
  private readonly beacon = new BeaconFields();
  private readonly beacons: StandingFrame;
  /** The epoch of the newest beacon, and its view as it stands in `FrameBuffer.words`. */
  private saidEpoch = -1;
  private viewWord = 0;
  private roundWord = 0;
  /** The members but for this card, as they were in that epoch. */
  private readonly others = new Array<number>(MAX_MEMBERS).fill(0);
  /** How many they are: in XS the length of an array costs more than all else that is asked of it. */
  private otherCount = 0;
  /** Each member has acknowledged a beacon of this view. */
  private allHeard = false;
  private readonly post: Post;
  private readonly ack = new BeaconAckFields();
  /** Beacons sent in this view. */
  private beaconCount = 0;
  private beganUs = 0;
  /** The view has begun in the turn before, or in this one. */
  private isNew = false;
  private readonly raiseCeiling: () => boolean;

  /** @param raiseCeiling is called before each beacon, and moves the ceiling where that is due; false: the flash failed. */
  constructor(context: CardContext, post: Post, raiseCeiling: () => boolean) {
    this.context = context;
    this.post = post;
    this.raiseCeiling = raiseCeiling;
    this.beacons = new StandingFrame(context, post, FRAME_BEACON);
    this.grantUs = context.timing.leaseUs - context.timing.leaseMarginUs;
  }

  /** Whether this card is primary of a view in which it may act. */
  isActing(): boolean {
    return this.context.leads && !this.abdicated;
  }

  /** Begins a view. */
  begin(): void {
    this.quorum.reset();
    this.beganUs = this.context.nowUs;
    this.isNew = true;
    this.beaconCount = 0;
    this.allHeard = false;
    this.abdicated = false;
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

  /** Whether the secondary has heard a beacon sent at `sinceUs` or later. On one cable nothing overtakes. */
  hasSecondaryHeard(sinceUs: number): boolean {
    const { members, accepted } = this.context.state;
    return this.quorum.lastAckedUs(members.indexOf(accepted.secondary)) >= sinceUs;
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

  /** Only of a card that leads and is warm. */
  tick(): void {
    const { context } = this;
    const { nowUs } = context;
    const limitUs = nowUs - context.timing.abdicateUs;
    if (this.isNew) this.putOffSecond();
    if (limitUs >= this.quorum.grantedFromUs + this.grantUs && limitUs >= this.beganUs) this.abdicated = true;
    else if (nowUs >= this.nextBeaconUs) this.sendBeacons();
    else if (this.nextBeaconUs < context.wakeUpUs) context.wakeUpUs = this.nextBeaconUs;
  }

  /**
   * The turn in which a view begins writes to flash: on a board the first beacon goes out many milliseconds behind the time of that
   * turn, and the second one is not to come before anybody can have acknowledged the first.
   */
  private putOffSecond(): void {
    const { nowUs, timing } = this.context;
    if (this.beaconCount === 0) return;
    this.isNew = false;
    if (this.nextBeaconUs === this.lastBeaconUs + timing.beaconUs)
      this.nextBeaconUs = nowUs + timing.beaconUs;
  }

  /** The ways have changed: a beacon that is not acknowledged by all may have gone the old one. */
  beaconSoon(): void {
    if (!this.isActing() || this.quorum.allAcked) return;
    this.nextBeaconUs = this.context.nowUs;
    this.context.wakeBy(this.nextBeaconUs);
  }

  /**
   * Takes a BEACON_ACK of the member `source`.
   * @param isAlike it is like one of which `isUsualAck` has said so in this epoch, with the ceiling as it is.
   * @returns whether the next beacon is put off by it.
   */
  receiveAck(source: number, frame: FrameBuffer, isAlike: boolean): boolean {
    const context = this.context;
    const quorum = this.quorum;
    const state = context.state;
    const nowUs = context.nowUs;
    const members = state.members;
    const index = members.indexes[source] as number;
    const grantedBeforeUs = quorum.grantedFromUs;
    if (
      // Mostly it is of the newest beacon, and says what is known.
      frame.words[WORD_SEQUENCE] !== quorum.newestWord ||
      this.abdicated ||
      !(isAlike || this.isUsualAck(frame)) ||
      !quorum.noteNewest(index, members)
    ) {
      if (!this.takeAck(index, frame)) return false;
    }
    if (source === state.accepted.secondary) this.noteSecondary();
    else if (quorum.grantedFromUs !== grantedBeforeUs || nowUs >= context.readyUntilUs) this.noteReady();
    const mostUs = this.lastBeaconUs + context.timing.beaconUs;
    if (quorum.grantedFromUs === this.lastBeaconUs && mostUs < this.nextBeaconUs) this.nextBeaconUs = mostUs;
    let isPutOff = false;
    // As `allAcked`, without its call.
    const newestMask = quorum.newestMask;
    if (newestMask === quorum.wholeMask && newestMask !== 0) {
      this.allHeard = true;
      isPutOff = members.count <= CALM_MEMBERS;
      if (isPutOff) this.nextBeaconUs = this.lastBeaconUs + CALM_BEACONS * context.timing.beaconUs;
    }
    // Hosts that wait for a number learn at once that they can have one.
    if (
      (this.beacon.state !== STATE_READY || nowUs >= context.readyUntilUs) &&
      this.assignState() !== this.beacon.state
    )
      this.nextBeaconUs = nowUs;
    if (this.nextBeaconUs < context.wakeUpUs) context.wakeUpUs = this.nextBeaconUs;
    return isPutOff;
  }

  /**
   * Whether an acknowledgement says, of whichever beacon, what is known: the view of the beacon that was sent in this epoch, the ceiling
   * that a quorum has, and no more.
   */
  isUsualAck(frame: FrameBuffer): boolean {
    const { quorum } = this;
    const { words } = frame;
    return (
      words[WORD_CEILING_LOW] === quorum.ceilingLowWord &&
      words[WORD_CEILING_HIGH] === quorum.ceilingHighWord &&
      words[WORD_BODY] === this.roundWord &&
      words[WORD_FABRIC] === this.viewWord &&
      ((words[WORD_LEASE_END] as number) & 0xff) === 0 &&
      frame.length === BEACON_ACK_BYTES &&
      this.saidEpoch === this.context.epoch
    );
  }

  /** Takes an acknowledgement that is not of the usual kind. @returns false where it does not count. */
  private takeAck(index: number, frame: FrameBuffer): boolean {
    const { ack, context } = this;
    const { members, accepted, cardId } = context.state;
    if (!decodeBeaconAck(frame, ack)) {
      context.counters.dropLength += 1;
      return false;
    }
    if (!context.leads || this.abdicated || context.cold || ack.view !== accepted.number) {
      context.counters.dropRole += 1;
      return false;
    }
    const { quorum } = this;
    const { ceilingHighWord, ceilingLowWord } = quorum;
    quorum.noteAck(index, ack, members.indexOf(cardId), members, context.nowUs);
    // What cables know as usual told the ceiling before.
    if (quorum.ceilingLowWord !== ceilingLowWord || quorum.ceilingHighWord !== ceilingHighWord)
      context.expectNothing();
    if (ack.flags !== 0) context.hasNews = true;
    return true;
  }

  /** Keeps what `assignState` asks about the secondary, as every turn asks it. A card hears itself. */
  private noteSecondary(): void {
    const { members, accepted, cardId } = this.context.state;
    this.secondaryHeardUs =
      accepted.secondary === cardId
        ? Number.POSITIVE_INFINITY
        : this.quorum.warmAckedUs(members.indexes[accepted.secondary] as number);
    this.noteReady();
  }

  /** Keeps until when `assignState` says that all is ready, for who asks at every number. */
  private noteReady(): void {
    const context = this.context;
    const secondaryHeardUs = this.secondaryHeardUs;
    let fromUs = this.quorum.grantedFromUs;
    if (secondaryHeardUs < fromUs) fromUs = secondaryHeardUs;
    context.readyUntilUs = context.leads && !context.cold ? fromUs + this.grantUs : Number.NEGATIVE_INFINITY;
  }

  sendBeacons(): void {
    const { context, beacon, beacons, quorum } = this;
    const { state, nowUs } = context;
    if (!this.raiseCeiling()) return;
    const { members, ceiling } = state;
    const self = members.indexes[state.cardId] as number;
    quorum.noteOwn(self, ceiling, members, nowUs);
    this.noteReady();
    const assignState = this.assignState();
    const sequence = quorum.noteBeacon(nowUs, self, members.count);
    if (!beacons.renew() && assignState === beacon.state) {
      // It says what it said before.
      beacons.frame.words[WORD_SEQUENCE] = sequence;
    } else {
      this.writeBeacon(assignState, sequence);
    }
    const { others, otherCount, post } = this;
    const announces = !this.allHeard && this.announces();
    let accept: FrameBuffer | undefined;
    for (let at = 0; at < otherCount; at += 1) {
      const card = others[at] as number;
      if (announces && !quorum.hasHeard(members.indexOf(card))) {
        accept ??= post.announcer.encode();
        post.send(FRAME_ACCEPT, card, accept);
      }
      beacons.send(card);
    }
    const isSlow =
      this.beaconCount > ANNOUNCED_BEACONS &&
      quorum.grantedFromUs < this.lastBeaconUs &&
      this.leaseLeftUs() > 0;
    this.beaconCount += 1;
    context.counters.beaconsSent += 1;
    this.lastBeaconUs = nowUs;
    this.nextBeaconUs = nowUs + (isSlow ? SLOW_BEACONS : 1) * context.timing.beaconUs;
    if (this.nextBeaconUs < context.wakeUpUs) context.wakeUpUs = this.nextBeaconUs;
  }

  private writeBeacon(assignState: number, sequence: number): void {
    const { beacon, beacons, context } = this;
    const { accepted, cardId, ceiling, members } = context.state;
    const { frame } = beacons;
    beacon.view = accepted.number;
    beacon.ceiling.copy(ceiling);
    beacon.windowLog2 = ceiling.windowLog2;
    beacon.state = assignState;
    beacon.sequence = sequence;
    encodeBeacon(frame, beacon);
    this.saidEpoch = context.epoch;
    this.viewWord = frame.words[WORD_FABRIC] as number;
    this.roundWord = frame.words[WORD_BODY] as number;
    const { cards, count } = members;
    let otherCount = 0;
    for (let index = 0; index < count; index += 1) {
      const card = cards[index] as number;
      if (card === cardId) continue;
      this.others[otherCount] = card;
      otherCount += 1;
    }
    this.otherCount = otherCount;
  }

  /**
   * A beacon says little of its view: who has not shown yet to know it, is told. A deaf card is told at every fifth beacon only, once the
   * first ones have gone; and with the first one nobody is told by the card that has just told all, as it made the view.
   */
  private announces(): boolean {
    const { accepted, cardId } = this.context.state;
    if (this.beaconCount === 0 && coordinatorOf(accepted.number) === cardId) return false;
    return this.beaconCount < ANNOUNCED_BEACONS || this.beaconCount % ANNOUNCED_BEACONS === 0;
  }
}
