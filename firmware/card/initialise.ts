import { BLANK_FABRIC_ID, MAX_VOTES, SMALLEST_WINDOW_LOG2 } from "../wire/constants.js";
import {
  type HostInitFields,
  INIT_BAD_FABRIC,
  INIT_BAD_FIRST,
  INIT_BAD_KIND,
  INIT_BAD_MEMBERS,
  INIT_DONE,
  INIT_FIRST_TOO_LOW,
  INIT_FOUND,
  INIT_JOIN,
  INIT_NOT_BLANK,
  INIT_OTHER_FOUNDING,
  INIT_STORAGE_FAILED,
  INIT_WRONG_FABRIC,
} from "../wire/host-setup-frames.js";
import { MemberFields, packVotes } from "../wire/member-entries.js";
import { NUMBER_LIMIT, type Uint64 } from "../wire/uint64.js";
import type { CardContext } from "./card-context.js";
import { MemberList } from "./member-list.js";
import { STANDING_FOUNDING, STANDING_JOINING, STANDING_MEMBER } from "./persistent-state.js";

/**
 * Has a card that was never a member, or is none any more, wait for a fabric: for its founding, or to be taken in. A
 * member leaves its fabric only where the init names that fabric, and begins above all that the card knows of it.
 * @param held one above the newest number that this card holds, 0 where it holds none.
 * @returns INIT_DONE or the INIT_... code of what is wrong. Nothing has changed then, but INIT_STORAGE_FAILED ends all
 * that the card takes part in.
 */
export function initialise(context: CardContext, fields: HostInitFields, held: Uint64): number {
  const { state } = context;
  const list = new MemberList();
  const code = refusalOf(context, fields, held, list);
  if (code !== INIT_DONE) return code;
  const waitsForIt = context.isJoining() && state.fabricId === fields.fabricId;
  // A host that has missed the answer asks again: it is answered the same, and the fabric need not learn anew.
  if (waitsForIt && isSame(context, fields, list)) return INIT_DONE;
  // Others may have accepted a first view of it already, and nobody here knows: a second founding would be a second first
  // view. Who only waits to be taken in never founds, so it may be told otherwise.
  const mayFound = state.standing === STANDING_FOUNDING || fields.kind === INIT_FOUND;
  if (waitsForIt && mayFound) return INIT_OTHER_FOUNDING;
  const told = new MemberFields();
  state.incarnation = context.drawIncarnation();
  state.fabricId = fields.fabricId;
  state.cardId = fields.cardId;
  state.standing = fields.kind === INIT_FOUND ? STANDING_FOUNDING : STANDING_JOINING;
  list.tell(told);
  told.memberIncarnations[list.indexOf(fields.cardId)] = state.incarnation;
  state.members.set(told);
  state.accepted.set(0, 0, 0, fields.first);
  state.promised = 0;
  state.ceiling.moveTo(fields.first, SMALLEST_WINDOW_LOG2);
  if (!context.save()) return INIT_STORAGE_FAILED;
  context.blank = false;
  context.setCold(false);
  context.review();
  context.forgot = false;
  return INIT_DONE;
}

function refusalOf(context: CardContext, fields: HostInitFields, held: Uint64, list: MemberList): number {
  const { state } = context;
  if (context.storageFailed) return INIT_STORAGE_FAILED;
  const isMember = !context.blank && state.standing === STANDING_MEMBER;
  if (isMember && fields.replacesFabricId === BLANK_FABRIC_ID) return INIT_NOT_BLANK;
  if (fields.replacesFabricId !== BLANK_FABRIC_ID) {
    if (context.blank || fields.replacesFabricId !== state.fabricId) return INIT_WRONG_FABRIC;
    if (fields.fabricId === state.fabricId) return INIT_BAD_FABRIC;
    if (fields.first.compare(state.ceiling) < 0 || fields.first.compare(held) < 0) return INIT_FIRST_TOO_LOW;
  }
  if (fields.fabricId === BLANK_FABRIC_ID) return INIT_BAD_FABRIC;
  if (fields.first.isZero() || fields.first.compare(NUMBER_LIMIT) >= 0) return INIT_BAD_FIRST;
  if (fields.kind !== INIT_FOUND && fields.kind !== INIT_JOIN) return INIT_BAD_KIND;
  return list.set(toldBy(fields)) && list.has(fields.cardId) ? INIT_DONE : INIT_BAD_MEMBERS;
}

/** The list with every card's votes for now and before; an empty one where a card's votes are out of range. */
function toldBy(fields: HostInitFields): MemberFields {
  const told = new MemberFields();
  for (let index = 0; index < fields.memberCount; index += 1) {
    const card = fields.memberCards[index] as number;
    const votes = fields.memberVotes[index] as number;
    if (votes < 1 || votes > MAX_VOTES) return new MemberFields();
    told.addMember(card, packVotes(votes, votes), 0);
    told.lastCardId = card;
  }
  return told;
}

function isSame(context: CardContext, fields: HostInitFields, list: MemberList): boolean {
  const { state } = context;
  const { members } = state;
  const standing = fields.kind === INIT_FOUND ? STANDING_FOUNDING : STANDING_JOINING;
  if (state.standing !== standing) return false;
  if (state.cardId !== fields.cardId || state.accepted.base.compare(fields.first) !== 0) return false;
  if (members.count !== list.count) return false;
  for (let index = 0; index < list.count; index += 1) {
    if (members.cardAt(index) !== list.cardAt(index)) return false;
    if (members.votesAt(index) !== list.votesAt(index)) return false;
  }
  return true;
}
