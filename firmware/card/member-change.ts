import { MAX_CARD_ID, MAX_MEMBERS } from "../wire/constants.js";
import { MemberFields, packVotes } from "../wire/member-entries.js";
import {
  PLAN_ADD,
  PLAN_BUSY,
  PLAN_DONE,
  PLAN_ID_USED,
  PLAN_IS_PRIMARY,
  PLAN_LAST_CARD,
  PLAN_LIST_FULL,
  PLAN_NO_QUORUM,
  PLAN_NO_SUCH_CARD,
  PLAN_REMOVE,
  PLAN_REPLACE,
  type PlanFields,
} from "../wire/plan-frames.js";
import { MemberList } from "./member-list.js";

/** What the list lacks for a change to be complete. */
export type Step =
  /** The next list differs in cards without a vote only. */
  | "observe"
  /** The next list is joint; the card that comes must follow first. */
  | "join"
  /** The list is joint: the primary settles it as soon as a quorum of either kind is with it. */
  | "settle"
  | "done";

const NO_CARD = 0;

/**
 * A change of the list, as a goal: who is to be in it with a vote, and who is not to be in it. Each step follows from
 * the list as it is, so a change that was broken off goes on where it stopped.
 */
export class MemberChange {
  /** The card that is to come, 0: none. */
  newcomer = NO_CARD;
  /** The card that is to go, 0: none. */
  leaver = NO_CARD;
  private incarnation = 0;

  /** Takes over the goal of a plan. @returns false where its kind is another, or its cards make no sense. */
  set(plan: PlanFields): boolean {
    this.newcomer = NO_CARD;
    this.leaver = NO_CARD;
    this.incarnation = plan.incarnation;
    if (plan.kind === PLAN_ADD || plan.kind === PLAN_REPLACE) {
      this.newcomer = plan.kind === PLAN_ADD ? plan.card : plan.otherCard;
      if (this.newcomer === NO_CARD || plan.incarnation === 0) return false;
    }
    if (plan.kind === PLAN_REMOVE || plan.kind === PLAN_REPLACE) {
      this.leaver = plan.card;
      if (this.leaver === NO_CARD) return false;
    }
    return this.newcomer !== this.leaver;
  }

  copy(from: MemberChange): void {
    this.newcomer = from.newcomer;
    this.leaver = from.leaver;
    this.incarnation = from.incarnation;
  }

  /** The card that was to come does not answer: it is to go again. */
  turnBack(): void {
    this.leaver = this.newcomer;
    this.newcomer = NO_CARD;
  }

  /**
   * @param primary the acting primary, which leads the change.
   * @param hears tells whether a member has acknowledged a beacon just now.
   * @returns PLAN_DONE where the change may begin, else the code of what forbids it.
   */
  refusal(members: MemberList, primary: number, hears: (card: number) => boolean): number {
    if (members.isJoint) return PLAN_BUSY;
    const { newcomer, leaver, incarnation } = this;
    if (newcomer !== NO_CARD && !members.has(newcomer)) {
      if (newcomer <= members.lastCardId || newcomer > MAX_CARD_ID) return PLAN_ID_USED;
      if (members.count === MAX_MEMBERS) return PLAN_LIST_FULL;
    }
    if (members.has(newcomer) && !members.hasAs(newcomer, incarnation)) return PLAN_ID_USED;
    // Who has gone already while its successor has come, has been replaced.
    if (leaver !== NO_CARD && !members.has(leaver) && !members.has(newcomer)) return PLAN_NO_SUCH_CARD;
    const next = new MemberList();
    const wasVoter = members.isVoter(leaver);
    if (wasVoter && newcomer === NO_CARD && votersOf(members) === 1) return PLAN_LAST_CARD;
    if (leaver === primary) return PLAN_IS_PRIMARY;
    this.makeJoint(members, next);
    let mask = 0;
    for (let index = 0; index < next.count; index += 1) {
      const card = next.cardAt(index);
      if (card === newcomer || hears(card)) mask |= 1 << index;
    }
    return next.isQuorum(mask) ? PLAN_DONE : PLAN_NO_QUORUM;
  }

  /** @returns what is to be done next, with the list for it in `next` where it takes a view change by plan. */
  nextStep(members: MemberList, next: MemberList): Step {
    const { newcomer, leaver } = this;
    if (members.isJoint) return "settle";
    if (newcomer !== NO_CARD && !members.has(newcomer)) {
      next.set(listOf(members, newcomer, this.incarnation, NO_CARD));
      return "observe";
    }
    if (leaver !== NO_CARD && members.has(leaver) && !members.isVoter(leaver)) {
      next.set(listOf(members, NO_CARD, 0, leaver));
      return "observe";
    }
    const comes = newcomer !== NO_CARD && !members.isVoter(newcomer);
    if (!comes && !members.isVoter(leaver)) return "done";
    this.makeJoint(members, next);
    return "join";
  }

  /** Sets `next` to `members` with the votes of the goal: one each, and two for the lowest of an even number. */
  private makeJoint(members: MemberList, next: MemberList): void {
    const fields = members.has(this.newcomer)
      ? listOf(members, NO_CARD, 0, NO_CARD)
      : listOf(members, this.newcomer, this.incarnation, NO_CARD);
    const isVoter = (card: number): boolean =>
      card === this.newcomer || (members.isVoter(card) && card !== this.leaver);
    let voters = 0;
    let lowest = fields.memberCount;
    for (let index = fields.memberCount - 1; index >= 0; index -= 1) {
      if (!isVoter(fields.memberCards[index] as number)) continue;
      voters += 1;
      lowest = index;
    }
    for (let index = 0; index < fields.memberCount; index += 1) {
      const card = fields.memberCards[index] as number;
      const before = members.has(card) ? members.votesAt(members.indexOf(card)) : 0;
      const extra = index === lowest && voters % 2 === 0 ? 1 : 0;
      fields.memberVotes[index] = packVotes(isVoter(card) ? 1 + extra : 0, before);
    }
    next.set(fields);
  }
}

/** Sets `next` to what a joint list becomes: the votes of now count alone, and who has none of them left goes. */
export function settle(members: MemberList, next: MemberList): void {
  const fields = new MemberFields();
  fields.lastCardId = members.lastCardId;
  for (let index = 0; index < members.count; index += 1) {
    const votes = members.votesAt(index);
    if (votes === 0 && members.votesBeforeAt(index) > 0) continue;
    fields.addMember(members.cardAt(index), packVotes(votes, votes), members.incarnations[index] as number);
  }
  next.set(fields);
}

/** The list with `comes` as an observer, and without `goes`. */
function listOf(members: MemberList, comes: number, incarnation: number, goes: number): MemberFields {
  const fields = new MemberFields();
  fields.lastCardId = Math.max(members.lastCardId, comes);
  // A new card's id lies above all others, so it stands last.
  for (let index = 0; index < members.count; index += 1) {
    const card = members.cardAt(index);
    if (card === goes) continue;
    const packed = packVotes(members.votesAt(index), members.votesBeforeAt(index));
    fields.addMember(card, packed, members.incarnations[index] as number);
  }
  if (comes !== NO_CARD) fields.addMember(comes, 0, incarnation);
  return fields;
}

function votersOf(members: MemberList): number {
  let voters = 0;
  for (let index = 0; index < members.count; index += 1) {
    if (members.votesAt(index) > 0) voters += 1;
  }
  return voters;
}
