import { BEACONS_REMEMBERED, MAX_MEMBERS } from "../wire/constants.js";
import type { BeaconAckFields } from "../wire/lease-frames.js";
import { ACK_FLAG_COLD, ACK_FLAG_LOW } from "../wire/lease-frames.js";
import { Uint64 } from "../wire/uint64.js";
import type { MemberList } from "./member-list.js";

const NEVER = Number.NEGATIVE_INFINITY;
/** Shortly before the wrap at 2^32, so that every view meets it, and not only one that has lasted for 497 days. */
const FIRST_SEQUENCE = 0xffff_fc00;
/** `BEACONS_REMEMBERED` is a power of two: XS takes a remainder with doubles. */
const PLACE_MASK = BEACONS_REMEMBERED - 1;

/**
 * What the members have acknowledged to a primary in its view, and what a quorum of them therefore grants. One card's
 * word is never enough: a later view may be made by a quorum that this card is not in.
 */
export class Quorum {
  /** The highest ceiling that a quorum has in flash. */
  readonly ceiling = new Uint64();
  /** When the newest beacon that a quorum has acknowledged was sent. */
  grantedFromUs = NEVER;
  // Arrays, not typed ones: in XS their elements are read in half the time.
  private readonly sentUs = new Array<number>(BEACONS_REMEMBERED).fill(NEVER);
  private newestSequence = FIRST_SEQUENCE;
  /** The newest beacon: its sequence number as it stands in `FrameBuffer.words`, when it was sent, and who has acknowledged it. */
  newestWord = FIRST_SEQUENCE | 0;
  private newestSentUs = NEVER;
  newestMask = 0;
  /** All members, in that form. */
  wholeMask = 0;
  /** `ceiling` as it stands in `FrameBuffer.words`, and who has said to have just that in flash: bit k for the member at place k. */
  ceilingLowWord = 0;
  ceilingHighWord = 0;
  private levelMask = 0;
  private readonly ackedUs = new Array<number>(MAX_MEMBERS).fill(NEVER);
  /** Somebody has said in this view that it has few writes left. */
  private someLow = false;
  private readonly ackedCold = new Array<number>(MAX_MEMBERS).fill(0);
  private readonly ackedLow = new Array<number>(MAX_MEMBERS).fill(0);
  private readonly ceilings: Uint64[] = [];

  constructor() {
    for (let index = 0; index < MAX_MEMBERS; index += 1) this.ceilings.push(new Uint64());
  }

  /** Forgets everything, as at the begin of a view. */
  reset(): void {
    this.ceiling.set(0, 0);
    this.grantedFromUs = NEVER;
    this.newestSequence = FIRST_SEQUENCE;
    this.newestWord = FIRST_SEQUENCE | 0;
    this.newestSentUs = NEVER;
    this.newestMask = 0;
    this.wholeMask = 0;
    this.noteCeiling();
    this.levelMask = 0;
    this.sentUs.fill(NEVER);
    this.ackedUs.fill(NEVER);
    this.ackedCold.fill(0);
    this.ackedLow.fill(0);
    this.someLow = false;
    for (let index = 0; index < MAX_MEMBERS; index += 1) {
      const ceiling = this.ceilings[index] as Uint64;
      ceiling.high = 0;
      ceiling.low = 0;
    }
  }

  /** Notes that the next beacon goes out at `nowUs`, to `count` members with this card. @returns its sequence number, one up, or 0 behind 2^32-1. */
  noteBeacon(nowUs: number, self: number, count: number): number {
    this.newestSequence = (this.newestSequence + 1) >>> 0;
    this.newestWord = this.newestSequence | 0;
    this.newestSentUs = nowUs;
    this.newestMask = 1 << self;
    this.wholeMask = (1 << count) - 1;
    this.sentUs[this.newestWord & PLACE_MASK] = nowUs;
    return this.newestSequence;
  }

  /** Whether every member has acknowledged the newest beacon. */
  get allAcked(): boolean {
    return this.newestMask === this.wholeMask && this.newestMask !== 0;
  }

  /**
   * Takes an acknowledgement of the newest beacon, by the member at `index`, that has no flags and tells `ceiling`, where
   * nothing follows from it that `noteAck` would have to find out.
   * @returns false, and changes nothing, where that is otherwise.
   */
  noteNewest(index: number, members: MemberList): boolean {
    const newestSentUs = this.newestSentUs;
    const bit = 1 << index;
    if ((this.levelMask & bit) === 0 || this.someLow) return false;
    const mask = this.newestMask | bit;
    if (newestSentUs > this.grantedFromUs) {
      // Where these are no quorum yet, older acknowledgements may make one with this for an older beacon.
      if (!members.isQuorum(mask)) return false;
      this.grantedFromUs = newestSentUs;
    }
    this.newestMask = mask;
    this.ackedUs[index] = newestSentUs;
    return true;
  }

  /** Takes an acknowledgement of the member at `index`; one of a beacon that is forgotten or never was, does nothing. */
  noteAck(index: number, ack: BeaconAckFields, self: number, members: MemberList, nowUs: number): void {
    const { sequence } = ack;
    const age = (this.newestSequence - sequence) >>> 0;
    const sentUs = this.sentUs[sequence & PLACE_MASK] as number;
    if (age >= BEACONS_REMEMBERED || sentUs === NEVER) return;
    // Who was cold once stays so in this view: a warm word that comes later was said before.
    if (ack.flags & ACK_FLAG_COLD) this.ackedCold[index] = 1;
    if (sentUs > (this.ackedUs[index] as number)) {
      this.ackedUs[index] = sentUs;
      if (age === 0) this.newestMask |= 1 << index;
      if (ack.flags !== 0 || this.someLow) this.noteLow(index, ack.flags & ACK_FLAG_LOW);
    }
    const { ceiling } = ack;
    const { high, low } = this.ceiling;
    const isNews = ceiling.low !== low || ceiling.high !== high;
    const known = this.ceilings[index] as Uint64;
    if (isNews || known.low !== low || known.high !== high) known.raiseTo(ceiling);
    // Nothing follows from the acknowledgements behind those that have made a quorum.
    if (isNews || sentUs > this.grantedFromUs) this.count(self, members, nowUs);
    this.noteCeiling();
    if (known.low === this.ceiling.low && known.high === this.ceiling.high) this.levelMask |= 1 << index;
  }

  /** To be called where `ceiling` may have changed: who had the one before, has not this one. */
  private noteCeiling(): void {
    const { ceiling } = this;
    const low = ceiling.low | 0;
    const high = ceiling.high | 0;
    if (low === this.ceilingLowWord && high === this.ceilingHighWord) return;
    this.ceilingLowWord = low;
    this.ceilingHighWord = high;
    this.levelMask = 0;
  }

  /** Counts this card's own vote for what it has itself in flash. */
  noteOwn(self: number, ceiling: Uint64, members: MemberList, nowUs: number): void {
    const own = this.ceilings[self] as Uint64;
    if (own.low === ceiling.low && own.high === ceiling.high && !members.decidesAlone(self)) {
      // Every acknowledgement from which something follows was counted when it came, with this card's vote.
      this.ackedUs[self] = nowUs;
      return;
    }
    own.copy(ceiling);
    this.count(self, members, nowUs);
    this.noteCeiling();
  }

  private noteLow(index: number, low: number): void {
    this.someLow = true;
    this.ackedLow[index] = low;
  }

  /** @returns whether the member at `index` is warm in this view and acknowledged a beacon sent after `sinceUs`. */
  hears(index: number, sinceUs: number): boolean {
    return (this.ackedUs[index] as number) > sinceUs && this.ackedCold[index] === 0;
  }

  /** Whether the member at `index` has acknowledged any beacon of this view. */
  hasHeard(index: number): boolean {
    return this.ackedUs[index] !== NEVER;
  }

  /** As `lastAckedUs`, of a warm member; long ago of one that was cold in this view. */
  warmAckedUs(index: number): number {
    return this.ackedCold[index] === 0 ? (this.ackedUs[index] as number) : NEVER;
  }

  isCold(index: number): boolean {
    return this.ackedCold[index] !== 0;
  }

  /** @returns whether the member at `index` said last that it has few writes left. */
  isLow(index: number): boolean {
    return this.ackedLow[index] !== 0;
  }

  /** When the newest beacon that the member at `index` acknowledged was sent. */
  lastAckedUs(index: number): number {
    return this.ackedUs[index] as number;
  }

  private count(self: number, members: MemberList, nowUs: number): void {
    const { ackedUs: allAckedUs, ceilings } = this;
    const { count } = members;
    const { high, low } = this.ceiling;
    allAckedUs[self] = nowUs;
    for (let index = 0; index < count; index += 1) {
      const ackedUs = allAckedUs[index] as number;
      // Nobody has acknowledged what is sent at this moment: of this time only the card itself could make a quorum.
      if (ackedUs > this.grantedFromUs && (index !== self || members.decidesAlone(self))) {
        if (members.isQuorum(this.ackedSince(ackedUs, count))) this.grantedFromUs = ackedUs;
      }
      const ceiling = ceilings[index] as Uint64;
      // Mostly all are alike.
      if (ceiling.low === low && ceiling.high === high) continue;
      if (ceiling.compare(this.ceiling) > 0 && members.isQuorum(this.atOrAbove(ceiling))) {
        this.ceiling.copy(ceiling);
      }
    }
  }

  /** Who acknowledged a beacon that was sent at `sinceUs` or later: bit k for the member at place k. */
  private ackedSince(sinceUs: number, count: number): number {
    const { ackedUs } = this;
    let mask = 0;
    for (let index = 0; index < count; index += 1) {
      if ((ackedUs[index] as number) >= sinceUs) mask |= 1 << index;
    }
    return mask;
  }

  private atOrAbove(ceiling: Uint64): number {
    let mask = 0;
    for (let index = 0; index < MAX_MEMBERS; index += 1) {
      if ((this.ceilings[index] as Uint64).compare(ceiling) >= 0) mask |= 1 << index;
    }
    return mask;
  }
}
