import { MAX_CARD_ID, MAX_MEMBERS, MIN_CARD_ID } from "../firmware/wire/constants.js";
import {
  PLAN_ADD,
  PLAN_BAD,
  PLAN_BUSY,
  PLAN_FAILED,
  PLAN_HANDOVER,
  PLAN_ID_USED,
  PLAN_IS_PRIMARY,
  PLAN_LAST_CARD,
  PLAN_LIST_FULL,
  PLAN_NO_QUORUM,
  PLAN_NO_SUCH_CARD,
  PLAN_NOT_HEARD,
  PLAN_NOT_READY,
  PLAN_REMOVE,
  PLAN_REPLACE,
  PLAN_SEED,
  PLAN_TOO_LOW,
  PlanFields,
  type PlanResultFields,
} from "../firmware/wire/plan-frames.js";
import { SequenceError } from "./errors.js";
import { MAX_NUMBER, setFromBigint, toBigint } from "./uint64-bigint.js";

/** Who is to hold the roles. What is left out is chosen by the fabric. */
export interface Handover {
  readonly primary?: number;
  readonly secondary?: number;
}

/** Who is to come and who to go. A card that comes has been initialised to join, and drew `incarnation` then. */
export type MemberListChange =
  | { readonly kind: "add"; readonly card: number; readonly incarnation: number }
  | { readonly kind: "remove"; readonly card: number }
  | {
      readonly kind: "replace";
      readonly card: number;
      readonly newCard: number;
      readonly incarnation: number;
    };

/** @throws SequenceError BAD_FIRST where the number is not a bigint from 1 to 2^63-1. */
export function seedFields(number: bigint, requestId: number): PlanFields {
  if (typeof number !== "bigint" || number < 1n || number > MAX_NUMBER) {
    throw new SequenceError("BAD_FIRST", "the seed must be a bigint from 1 to 2^63-1");
  }
  const fields = new PlanFields();
  fields.requestId = requestId;
  fields.kind = PLAN_SEED;
  setFromBigint(fields.seed, number);
  return fields;
}

/** @throws SequenceError BAD_MEMBERS where no card is named, one is out of range, or one is named for both roles. */
export function handoverFields({ primary = 0, secondary = 0 }: Handover, requestId: number): PlanFields {
  for (const card of [primary, secondary]) if (card !== 0) checkedId(card);
  if (primary === secondary) {
    throw new SequenceError(
      "BAD_MEMBERS",
      "name a primary, a secondary, or one of each; not one card for both",
    );
  }
  const fields = new PlanFields();
  fields.requestId = requestId;
  fields.kind = PLAN_HANDOVER;
  fields.primary = primary;
  fields.secondary = secondary;
  return fields;
}

/** @throws SequenceError BAD_MEMBERS where an id is out of range. */
export function memberFields(change: MemberListChange, requestId: number): PlanFields {
  const fields = new PlanFields();
  fields.requestId = requestId;
  fields.card = checkedId(change.card);
  if (change.kind === "remove") {
    fields.kind = PLAN_REMOVE;
  } else {
    fields.kind = change.kind === "add" ? PLAN_ADD : PLAN_REPLACE;
    fields.incarnation = change.incarnation;
    if (change.kind === "replace") fields.otherCard = checkedId(change.newCard);
  }
  return fields;
}

function checkedId(card: number): number {
  if (Number.isInteger(card) && card >= MIN_CARD_ID && card <= MAX_CARD_ID) return card;
  throw new SequenceError("BAD_MEMBERS", `card ids go from ${MIN_CARD_ID} to ${MAX_CARD_ID}, not ${card}`);
}

/** What a PLAN_... code other than PLAN_DONE means. */
export function planError(result: PlanResultFields, asked: PlanFields): SequenceError {
  switch (result.code) {
    case PLAN_TOO_LOW:
      return new SequenceError(
        "SEED_TOO_LOW",
        `a seed can only raise: ${toBigint(asked.seed)} was asked for, and the next number is ${toBigint(result.number)} already`,
      );
    case PLAN_NOT_READY:
      return new SequenceError(
        "NOT_READY",
        "no primary hands out numbers just now; wait until `seqcard status` says ready",
      );
    case PLAN_NO_SUCH_CARD:
      return new SequenceError(
        "BAD_MEMBERS",
        "a card named is not a member or does not answer; see `seqcard status`",
      );
    case PLAN_BUSY:
      return new SequenceError("BUSY", "another planned change is under way; try again when it has ended");
    case PLAN_FAILED:
      return new SequenceError(
        "CHANGE_FAILED",
        "the change did not come about in time; look at `seqcard status` before you try again",
      );
    case PLAN_ID_USED:
      return new SequenceError(
        "ID_USED",
        `card id ${asked.otherCard || asked.card} was used in this fabric before; ${toBigint(result.number)} is free`,
      );
    case PLAN_LIST_FULL:
      return new SequenceError(
        "LIST_FULL",
        `the fabric has ${MAX_MEMBERS} members, as many as it can have; remove one, or replace one`,
      );
    case PLAN_NO_QUORUM:
      return new SequenceError(
        "NO_QUORUM",
        "too few of the cards that answer would be left to go on; bring cards back first (see `seqcard status`)",
      );
    case PLAN_NOT_HEARD:
      return new SequenceError(
        "NOT_HEARD",
        "the new card does not answer the others; check its cables and its power, then give the same command again",
      );
    case PLAN_IS_PRIMARY:
      return new SequenceError(
        "IS_PRIMARY",
        `card ${asked.card} is primary; hand its role over first (\`seqcard handover\`)`,
      );
    case PLAN_LAST_CARD:
      return new SequenceError(
        "LAST_CARD",
        `card ${asked.card} is the last one with a vote; a fabric cannot be without`,
      );
    case PLAN_BAD:
      return new SequenceError("BAD_OPTION", "the card does not know such a change; update its firmware");
    default:
      return new SequenceError(
        "CHANGE_FAILED",
        `the card refused with the unknown code ${result.code}; update this package`,
      );
  }
}
