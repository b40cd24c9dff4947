import { MAX_CARD_ID, MAX_MEMBERS, MAX_VOTES, MIN_CARD_ID } from "../wire/constants.js";
import { crc32 } from "../wire/crc32.js";
import type { MemberFields } from "../wire/member-entries.js";
import { votesBefore, votesNow } from "../wire/member-entries.js";

/** No place in the member list. */
export const NOT_A_MEMBER = -1;

/**
 * The cards of a view, in rising order of their ids, with the votes that they have now and that they had before the list
 * changed. In a stable list the two are the same; a list in which they differ is **joint**, and nothing goes without a
 * quorum of either. A card without any vote is an observer: it follows, and decides nothing.
 */
export class MemberList {
  /** The place of each card, by its id; NOT_A_MEMBER where it has none. */
  readonly indexes = new Int8Array(256).fill(NOT_A_MEMBER);
  count = 0;
  /** Rises with every list that is taken over. */
  changes = 0;
  readonly cards = new Uint8Array(MAX_MEMBERS);
  readonly incarnations = new Uint32Array(MAX_MEMBERS);
  lastCardId = 0;
  /** CRC-32 of the ids, unsigned: places in another list mean nothing. */
  checksum = 0;
  isJoint = false;
  private readonly votes = new Uint8Array(MAX_MEMBERS);
  private allNow = 0;
  private allBefore = 0;
  /** Bit k: the card at place k is a quorum by itself. */
  private alone = 0;
  /** The set of cards that was asked about last, -1 for none, and the answer: mostly the same cards are first to acknowledge. */
  private askedMask = -1;
  private askedDecides = false;

  /**
   * Takes over a list.
   * @returns false, and changes nothing, unless it has 1 to `MAX_MEMBERS` cards in rising order, none above the last id
   * used, and a vote both now and before.
   */
  set(from: MemberFields): boolean {
    // Mostly it is the list that it was: each frame of a view change tells it.
    if (this.count > 0 && this.isTold(from)) return true;
    if (!isValid(from)) return false;
    this.changes += 1;
    this.count = from.memberCount;
    this.lastCardId = from.lastCardId;
    this.indexes.fill(NOT_A_MEMBER);
    this.allNow = 0;
    this.allBefore = 0;
    this.isJoint = false;
    for (let index = 0; index < this.count; index += 1) {
      const card = from.memberCards[index] as number;
      this.cards[index] = card;
      this.votes[index] = from.memberVotes[index] as number;
      this.incarnations[index] = from.memberIncarnations[index] as number;
      this.indexes[card] = index;
      this.allNow += this.votesAt(index);
      this.allBefore += this.votesBeforeAt(index);
      if (this.votesAt(index) !== this.votesBeforeAt(index)) this.isJoint = true;
    }
    this.checksum = crc32(this.cards, this.count) >>> 0;
    this.askedMask = -1;
    this.alone = 0;
    for (let index = 0; index < this.count; index += 1) {
      if (this.isQuorum(1 << index)) this.alone |= 1 << index;
    }
    return true;
  }

  copy(from: MemberList): void {
    this.changes += 1;
    this.count = from.count;
    this.lastCardId = from.lastCardId;
    this.checksum = from.checksum;
    this.isJoint = from.isJoint;
    this.allNow = from.allNow;
    this.allBefore = from.allBefore;
    this.alone = from.alone;
    this.askedMask = -1;
    this.cards.set(from.cards);
    this.votes.set(from.votes);
    this.incarnations.set(from.incarnations);
    this.indexes.set(from.indexes);
  }

  /** Writes the list into the fields of a frame. */
  tell(into: MemberFields): void {
    into.lastCardId = this.lastCardId;
    into.memberCount = this.count;
    into.memberCards.set(this.cards);
    into.memberVotes.set(this.votes);
    into.memberIncarnations.set(this.incarnations);
  }

  /** Whether the fields of a frame tell this very list. */
  isTold(fields: MemberFields): boolean {
    const { cards, count, incarnations, votes } = this;
    if (fields.memberCount !== count || fields.lastCardId !== this.lastCardId) return false;
    const { memberCards, memberIncarnations, memberVotes } = fields;
    for (let index = 0; index < count; index += 1) {
      if (
        memberCards[index] !== cards[index] ||
        memberVotes[index] !== votes[index] ||
        memberIncarnations[index] !== incarnations[index]
      ) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a set of cards may decide: it has more than half of the votes, and more than half of those before.
   * @param mask bit k: the card at place k.
   */
  isQuorum(mask: number): boolean {
    if (mask !== this.askedMask) {
      this.askedMask = mask;
      this.askedDecides = this.decides(mask);
    }
    return this.askedDecides;
  }

  private decides(mask: number): boolean {
    const { count, votes } = this;
    let now = 0;
    let before = 0;
    for (let index = 0; index < count; index += 1) {
      if ((mask & (1 << index)) === 0) continue;
      // As `votesNow` and `votesBefore`, without the calls.
      const packed = votes[index] as number;
      now += packed & MAX_VOTES;
      before += packed >> 4;
    }
    return 2 * now > this.allNow && 2 * before > this.allBefore;
  }

  /** Whether the card at `index` is a quorum by itself. */
  decidesAlone(index: number): boolean {
    return (this.alone & (1 << index)) !== 0;
  }

  /** @returns the place of `card` (0 to 255) in the list, or NOT_A_MEMBER. */
  indexOf(card: number): number {
    return this.indexes[card] as number;
  }

  has(card: number): boolean {
    return this.indexes[card] !== NOT_A_MEMBER;
  }

  /** Whether `card` is a member, and the one that was initialised as `incarnation`. */
  hasAs(card: number, incarnation: number): boolean {
    const index = this.indexes[card] as number;
    return index !== NOT_A_MEMBER && this.incarnations[index] === incarnation;
  }

  /** Whether `card` is a member with a vote, and so may hold a role. */
  isVoter(card: number): boolean {
    const index = this.indexes[card] as number;
    return index !== NOT_A_MEMBER && ((this.votes[index] as number) & MAX_VOTES) > 0;
  }

  /** Whether it is known of every card as what it was initialised: a list that founds a view leaves none open. */
  knowsAll(): boolean {
    for (let index = 0; index < this.count; index += 1) {
      if (this.incarnations[index] === 0) return false;
    }
    return true;
  }

  cardAt(index: number): number {
    return this.cards[index] as number;
  }

  /** The votes that the card at `index` has now. */
  votesAt(index: number): number {
    return votesNow(this.votes[index] as number);
  }

  votesBeforeAt(index: number): number {
    return votesBefore(this.votes[index] as number);
  }
}

function isValid(from: MemberFields): boolean {
  if (from.memberCount < 1 || from.memberCount > MAX_MEMBERS) return false;
  let previous = MIN_CARD_ID - 1;
  let now = 0;
  let before = 0;
  for (let index = 0; index < from.memberCount; index += 1) {
    const card = from.memberCards[index] as number;
    const votes = from.memberVotes[index] as number;
    if (card <= previous || card > MAX_CARD_ID) return false;
    previous = card;
    now += votesNow(votes);
    before += votesBefore(votes);
  }
  return now > 0 && before > 0 && previous <= from.lastCardId && from.lastCardId <= MAX_CARD_ID;
}
