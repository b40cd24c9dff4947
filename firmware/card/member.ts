import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FRAME_BEACON_ACK, REFUSE_NO_VIEW, STATE_READY } from "../wire/frame-types.js";
import { WORD_BODY, WORD_FABRIC } from "../wire/header.js";
import {
  ACK_FLAG_COLD,
  ACK_FLAG_LOW,
  BEACON_BYTES,
  BeaconFields,
  decodeBeacon,
  encodeBeaconAck,
  WORD_CEILING_HIGH,
  WORD_CEILING_LOW,
  WORD_LEASE_END,
  WORD_SEQUENCE,
} from "../wire/lease-frames.js";
import type { CardContext } from "./card-context.js";
import { isCeiling } from "./ceiling.js";
import type { Post } from "./post.js";
import { StandingFrame } from "./standing-frame.js";

/** What every card does for its fabric: follows the beacons of its view, keeps the ceiling in flash, grants the lease. */
export class Member {
  private readonly context: CardContext;
  /** Until when this card grants that primary that it promises no view of anybody else. */
  grantUntilUs = Number.NEGATIVE_INFINITY;
  /** What the primary said of itself in the newest beacon. */
  private primaryState = REFUSE_NO_VIEW;
  /** The epoch in which the newest beacon was found credible and followed; -1 where none was. */
  private followedEpoch = -1;
  /** When the newest beacon of the accepted view came. */
  lastBeaconUs = Number.NEGATIVE_INFINITY;
  /** When this card last had reason to think that somebody cares for the view: a beacon, or a change under way. */
  lastSignUs = Number.NEGATIVE_INFINITY;
  /** The view of the newest beacon. */
  beaconView = 0;
  /** Its sequence number, as a signed integer. */
  private sequenceWord = 0;
  /** The primary to whom the grant was given. */
  grantedTo = 0;
  private readonly beacon = new BeaconFields();
  private readonly acks: StandingFrame;
  /** What the newest beacon said, but for its sequence number, as it stands in `FrameBuffer.words`. */
  private viewWord = 0;
  private roundWord = 0;
  private ceilingLowWord = 0;
  private ceilingHighWord = 0;
  private endBytes = 0;

  constructor(context: CardContext, post: Post) {
    this.context = context;
    this.acks = new StandingFrame(context, post, FRAME_BEACON_ACK);
  }

  /** Forgets another fabric, whose views may have the numbers of this one's. */
  reset(): void {
    this.lastBeaconUs = Number.NEGATIVE_INFINITY;
    this.lastSignUs = Number.NEGATIVE_INFINITY;
    this.beaconView = 0;
    this.grantedTo = 0;
    this.grantUntilUs = Number.NEGATIVE_INFINITY;
    this.primaryState = REFUSE_NO_VIEW;
    this.followedEpoch = -1;
  }

  /** The sequence number of the newest beacon, which every member hears: the one clock that they share. */
  get beaconSequence(): number {
    return this.sequenceWord >>> 0;
  }

  /** @returns STATE_READY where the primary of the view is heard and says that it assigns, else the code of what lacks. */
  viewState(): number {
    const { context } = this;
    // The same as what follows, where nothing has changed since the newest beacon.
    if (this.followedEpoch === context.epoch && context.nowUs < this.grantUntilUs) return this.primaryState;
    const { accepted, promised } = context.state;
    const follows = accepted.number === promised && this.beaconView === promised;
    const silentFromUs = this.lastBeaconUs + context.timing.leaseUs;
    return follows && context.nowUs < silentFromUs ? this.primaryState : REFUSE_NO_VIEW;
  }

  /** When the view counts as silent if no further beacon comes. */
  silentFromUs(): number {
    return this.lastBeaconUs + this.context.timing.leaseUs;
  }

  /** Notes that somebody is changing the view, so that this card does not start a change of its own at once. */
  noteSignOfLife(): void {
    this.lastSignUs = this.context.nowUs;
  }

  tick(): void {
    const silentFromUs = this.silentFromUs();
    if (this.context.nowUs < silentFromUs) this.context.wakeBy(silentFromUs);
  }

  /**
   * Takes a BEACON of the member `source`.
   * @param isAlike it is like one for which this has returned true in this epoch, and no other has been followed since.
   * @returns whether it was followed.
   */
  receiveBeacon(source: number, frame: FrameBuffer, isAlike: boolean): boolean {
    const context = this.context;
    // Mostly it differs from the one before by its sequence number alone: in the same epoch it is as credible, asks for no
    // write, and is acknowledged alike.
    if (!isAlike && !this.isRepeated(source, frame)) return this.receiveOther(source, frame);
    const acks = this.acks;
    const nowUs = context.nowUs;
    const sequence = frame.words[WORD_SEQUENCE] as number;
    const untilUs = nowUs + context.timing.leaseUs;
    this.lastBeaconUs = nowUs;
    this.lastSignUs = nowUs;
    this.sequenceWord = sequence;
    // As `grant`, without its call.
    this.grantUntilUs = untilUs;
    context.readyUntilUs = this.primaryState === STATE_READY ? untilUs : Number.NEGATIVE_INFINITY;
    if (untilUs < context.wakeUpUs) context.wakeUpUs = untilUs;
    acks.frame.words[WORD_SEQUENCE] = sequence;
    acks.send(source);
    context.counters.beaconsReceived += 1;
    return true;
  }

  /** Whether it says what the newest one said, to a card that is as it was. */
  private isRepeated(source: number, frame: FrameBuffer): boolean {
    const { words } = frame;
    return (
      words[WORD_CEILING_LOW] === this.ceilingLowWord &&
      words[WORD_CEILING_HIGH] === this.ceilingHighWord &&
      words[WORD_BODY] === this.roundWord &&
      words[WORD_FABRIC] === this.viewWord &&
      ((words[WORD_LEASE_END] as number) & 0xffff) === this.endBytes &&
      this.followedEpoch === this.context.epoch &&
      source === this.grantedTo &&
      frame.length === BEACON_BYTES
    );
  }

  private receiveOther(source: number, frame: FrameBuffer): boolean {
    const { beacon, context } = this;
    if (!decodeBeacon(frame, beacon)) {
      context.counters.dropLength += 1;
      return false;
    }
    if (!this.isCredible(source)) {
      context.counters.dropRole += 1;
      return false;
    }
    context.counters.beaconsReceived += 1;
    if (!this.follow()) return false;
    // Those that cables know are like an older one.
    context.expectNothing();
    this.lastBeaconUs = context.nowUs;
    this.lastSignUs = context.nowUs;
    this.beaconView = beacon.view;
    this.sequenceWord = beacon.sequence | 0;
    this.grantedTo = source;
    this.primaryState = beacon.state;
    this.grant(context.nowUs + context.timing.leaseUs);
    const flags = (context.cold ? ACK_FLAG_COLD : 0) | (context.isLow ? ACK_FLAG_LOW : 0);
    this.acks.renew();
    encodeBeaconAck(this.acks.frame, beacon.view, beacon.sequence, context.state.ceiling, flags);
    this.acks.send(source);
    this.keep(frame);
    return true;
  }

  private keep(frame: FrameBuffer): void {
    const { words } = frame;
    this.followedEpoch = this.context.epoch;
    this.viewWord = words[WORD_FABRIC] as number;
    this.roundWord = words[WORD_BODY] as number;
    this.ceilingLowWord = words[WORD_CEILING_LOW] as number;
    this.ceilingHighWord = words[WORD_CEILING_HIGH] as number;
    this.endBytes = (words[WORD_LEASE_END] as number) & 0xffff;
  }

  /** Grants the primary that is heard, until `untilUs`. Mostly it says that it assigns. */
  private grant(untilUs: number): void {
    const { context } = this;
    this.grantUntilUs = untilUs;
    context.readyUntilUs = this.primaryState === STATE_READY ? untilUs : Number.NEGATIVE_INFINITY;
    context.wakeBy(untilUs);
  }

  /** A beacon counts only from the primary of exactly the view that this card has accepted and acts in. */
  private isCredible(source: number): boolean {
    const { beacon, context } = this;
    const { accepted } = context.state;
    if (beacon.view !== accepted.number || source !== accepted.primary) return false;
    return context.actsIn(beacon.view) && isCeiling(beacon.ceiling, beacon.windowLog2);
  }

  /** Takes over the ceiling before anything is said. @returns false where the flash failed. */
  private follow(): boolean {
    const { context, beacon } = this;
    const { state } = context;
    if (beacon.ceiling.compare(state.ceiling) <= 0) return true;
    state.ceiling.moveTo(beacon.ceiling, beacon.windowLog2);
    context.counters.ceilingWrites += 1;
    return context.save();
  }
}
