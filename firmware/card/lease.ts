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
  private lastBeaconUs = 0;
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
  private others: number[] = [];
  /** How many they are: in XS the length of an array costs more than all else that is asked of it. */
  private otherCount = 0;
  /** Each member has acknowledged a beacon of this view. */
  private allHeard = false;
  private readonly post: Post;
  private readonly ack = new BeaconAckFields();
  /** Beacons sent in this view. */
  private beaconCount = 0;
  private beganUs = 0;
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
    if (limitUs >= this.quorum.grantedFromUs + this.grantUs && limitUs >= this.beganUs) this.abdicated = true;
    else if (nowUs >= this.nextBeaconUs) this.sendBeacons();
    else if (this.nextBeaconUs < context.wakeUpUs) context.wakeUpUs = this.nextBeaconUs;
  }

  /** The ways have changed: a beacon that is not acknowledged by all may have gone the old one. */
  beaconSoon(): void {
    if (!this.isActing() || this.quorum.allAcked) return;
    this.nextBeaconUs = this.context.nowUs;
    this.context.wakeBy(this.nextBeaconUs);
  }

  /**
   * Takes a BEACON_ACK of the member `source`.
   * @returns whether the next beacon is put off by it.
   */
  receiveAck(source: number, frame: FrameBuffer): boolean {
    const { context, quorum } = this;
    const { state, nowUs } = context;
    const { members } = state;
    const { words } = frame;
    const index = members.indexes[source] as number;
    if (
      // Mostly it is of the newest beacon, and says what is known; the view is checked by the beacon that was sent in this epoch.
      words[WORD_SEQUENCE] !== quorum.newestWord ||
      words[WORD_CEILING_LOW] !== quorum.ceilingLowWord ||
      words[WORD_CEILING_HIGH] !== quorum.ceilingHighWord ||
      words[WORD_BODY] !== this.roundWord ||
      words[WORD_FABRIC] !== this.viewWord ||
      ((words[WORD_LEASE_END] as number) & 0xff) !== 0 ||
      frame.length !== BEACON_ACK_BYTES ||
      this.saidEpoch !== context.epoch ||
      this.abdicated ||
      !quorum.noteNewest(index, members)
    ) {
      if (!this.takeAck(index, frame)) return false;
    }
    if (source === state.accepted.secondary) this.noteSecondary();
    else this.noteReady();
    const mostUs = this.lastBeaconUs + context.timing.beaconUs;
    if (quorum.grantedFromUs === this.lastBeaconUs && mostUs < this.nextBeaconUs) this.nextBeaconUs = mostUs;
    let isPutOff = false;
    if (quorum.allAcked) {
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
    this.quorum.noteAck(index, ack, members.indexOf(cardId), members, context.nowUs);
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
    const { context, secondaryHeardUs } = this;
    const { grantedFromUs } = this.quorum;
    let fromUs = grantedFromUs;
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
    const { others, otherCount } = this;
    for (let at = 0; at < otherCount; at += 1) {
      const card = others[at] as number;
      if (!this.allHeard && !quorum.hasHeard(members.indexOf(card)) && this.announces()) {
        this.post.send(FRAME_ACCEPT, card, this.post.announcer.encode());
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
    const others: number[] = [];
    for (let index = 0; index < members.count; index += 1) {
      if (members.cardAt(index) !== cardId) others.push(members.cardAt(index));
    }
    this.others = others;
    this.otherCount = others.length;
  }

  /** A beacon says little of its view: who has not shown yet to know it, is told. A deaf card is told at every fifth beacon only, once the first ones have gone. */
  private announces(): boolean {
    return this.beaconCount < ANNOUNCED_BEACONS || this.beaconCount % ANNOUNCED_BEACONS === 0;
  }
}
