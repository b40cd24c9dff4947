import { BLANK_FABRIC_ID } from "../wire/constants.js";
import {
  type HostInitFields,
  INIT_BAD_FABRIC,
  INIT_BAD_FIRST,
  INIT_BAD_MEMBERS,
  INIT_DONE,
  INIT_NOT_BLANK,
  INIT_STORAGE_FAILED,
} from "../wire/host-setup-frames.js";
import { NUMBER_LIMIT } from "../wire/uint64.js";
import type { CardContext } from "./card-context.js";
import { MemberList } from "./member-list.js";
import { firstViewNumber } from "./view.js";

/**
 * Makes a blank card a member of a new fabric. Every card of it takes the same list and first number, so all begin in
 * the same first view: the lowest id is primary, the next secondary. A card that has been anything before refuses.
 * @returns INIT_DONE or the INIT_... code of what is wrong. Nothing has changed then, but INIT_STORAGE_FAILED ends all
 * that the card takes part in.
 */
export function initialise(context: CardContext, fields: HostInitFields): number {
  const { state } = context;
  if (context.storageFailed) return INIT_STORAGE_FAILED;
  if (!context.blank) return INIT_NOT_BLANK;
  if (fields.fabricId === BLANK_FABRIC_ID) return INIT_BAD_FABRIC;
  if (fields.first.isZero() || fields.first.compare(NUMBER_LIMIT) >= 0) return INIT_BAD_FIRST;
  if (!isListWith(fields)) return INIT_BAD_MEMBERS;

  const { memberCount, memberCards, memberVotes } = fields;
  const primary = memberCards[0] as number;
  const secondary = memberCards[memberCount === 1 ? 0 : 1] as number;
  state.members.set(memberCount, memberCards, memberVotes);
  state.fabricId = fields.fabricId;
  state.cardId = fields.cardId;
  state.accepted.set(firstViewNumber(primary), primary, secondary, fields.first);
  state.promised = state.accepted.number;
  state.ceiling.copy(fields.first);
  if (!context.save()) return INIT_STORAGE_FAILED;
  context.blank = false;
  context.cold = false;
  return INIT_DONE;
}

function isListWith(fields: HostInitFields): boolean {
  const list = new MemberList();
  return list.set(fields.memberCount, fields.memberCards, fields.memberVotes) && list.has(fields.cardId);
}
