import { MAX_CARD_ID, MAX_MEMBERS, MAX_VOTES, MIN_CARD_ID } from "../firmware/wire/constants.js";
import {
  HostInitFields,
  INIT_BAD_FABRIC,
  INIT_BAD_FIRST,
  INIT_BAD_KIND,
  INIT_BAD_MEMBERS,
  INIT_FIRST_TOO_LOW,
  INIT_FOUND,
  INIT_JOIN,
  INIT_NOT_BLANK,
  INIT_OTHER_FOUNDING,
  INIT_STORAGE_FAILED,
  INIT_WRONG_FABRIC,
} from "../firmware/wire/host-setup-frames.js";
import type { CardStatus, Member } from "./card-status.js";
import { SequenceError } from "./errors.js";
import { MAX_NUMBER, setFromBigint } from "./uint64-bigint.js";

/** What makes a blank card a member of a fabric. Every card of it gets the same, but for `cardId`. */
export interface Initialisation {
  /** 1 to 2^32-1, the same for all cards of the fabric and for no other fabric. */
  readonly fabricId: number;
  /** 1 to 254, this card's own. */
  readonly cardId: number;
  /** First number that the fabric may give, 1 to 2^63-1. */
  readonly first: bigint;
  /** Card ids, which get votes by `defaultVotes`, or ids and votes. 1 to `MAX_MEMBERS` (10) members. */
  readonly members: readonly (number | Member)[];
  /** "found" a new fabric with the cards listed, the default; or "join" one that exists, which then takes the card in. */
  readonly kind?: "found" | "join";
  /** Only in a recovery: the fabric that the card is of now, and leaves for good. */
  readonly replacesFabricId?: number;
}

/** One vote a card; with an even number of cards the lowest id holds two, so that two halves can never both act. */
export function defaultVotes(cards: readonly number[]): Member[] {
  const lowest = Math.min(...cards);
  const isEven = cards.length % 2 === 0;
  return cards.map((card) => ({ card, votes: isEven && card === lowest ? 2 : 1 }));
}

/** @throws SequenceError BAD_MEMBERS, BAD_FIRST or BAD_FABRIC. */
export function initFields(from: Initialisation): HostInitFields {
  if (!isWholeNumber(from.fabricId, 1, 0xffff_ffff)) {
    throw new SequenceError("BAD_FABRIC", "the fabric id must be a whole number from 1 to 2^32-1");
  }
  if (typeof from.first !== "bigint" || from.first < 1n || from.first > MAX_NUMBER) {
    throw new SequenceError("BAD_FIRST", "the first number must be a bigint from 1 to 2^63-1");
  }
  const fields = new HostInitFields();
  fields.fabricId = from.fabricId;
  fields.cardId = from.cardId;
  fields.kind = from.kind === "join" ? INIT_JOIN : INIT_FOUND;
  fields.replacesFabricId = from.replacesFabricId ?? 0;
  setFromBigint(fields.first, from.first);
  for (const { card, votes } of checkedMembers(from)) fields.addMember(card, votes);
  return fields;
}

function checkedMembers({ members, cardId }: Initialisation): Member[] {
  if (members.length < 1 || members.length > MAX_MEMBERS) {
    throw badMembers(`a fabric has 1 to ${MAX_MEMBERS} members, not ${members.length}`);
  }
  const byRule = new Map(
    defaultVotes(members.map((member) => (typeof member === "number" ? member : member.card))).map(
      (member) => [member.card, member],
    ),
  );
  if (byRule.size !== members.length) throw badMembers("give every card id once");
  const rising = members
    .map((member) => (typeof member === "number" ? (byRule.get(member) as Member) : member))
    .sort((one, other) => one.card - other.card);
  for (const { card, votes } of rising) {
    if (!isWholeNumber(card, MIN_CARD_ID, MAX_CARD_ID)) {
      throw badMembers(`card ids go from ${MIN_CARD_ID} to ${MAX_CARD_ID}, not ${card}`);
    }
    if (!isWholeNumber(votes, 1, MAX_VOTES)) {
      throw badMembers(`card ${card} cannot have ${votes} votes; 1 to ${MAX_VOTES} are possible`);
    }
  }
  if (!byRule.has(cardId)) throw badMembers(`card ${cardId} is not among the members; add its id`);
  return rising;
}

function isWholeNumber(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function badMembers(text: string): SequenceError {
  return new SequenceError("BAD_MEMBERS", `bad member list: ${text}`);
}

/** What an INIT_... code other than INIT_DONE means. */
export function initError(code: number): SequenceError {
  switch (code) {
    case INIT_NOT_BLANK:
      return new SequenceError(
        "CARD_NOT_BLANK",
        "the card belongs to a fabric already; only a blank or removed card can be initialised (see `seqcard status`)",
      );
    case INIT_BAD_MEMBERS:
      return badMembers("the card refused it; give ids and votes in range, the card's own id among them");
    case INIT_BAD_FIRST:
      return new SequenceError("BAD_FIRST", "the card refused the first number; give one from 1 to 2^63-1");
    case INIT_BAD_FABRIC:
      return new SequenceError("BAD_FABRIC", "the card refused the fabric id; give one from 1 to 2^32-1");
    case INIT_STORAGE_FAILED:
      return new SequenceError(
        "STORAGE_FAILED",
        "the card's flash did not take the record; replace the card",
      );
    case INIT_WRONG_FABRIC:
      return new SequenceError(
        "WRONG_FABRIC",
        "the card is not of the fabric that it was to leave; look at its `seqcard status`",
      );
    case INIT_FIRST_TOO_LOW:
      return new SequenceError(
        "BAD_FIRST",
        "the card knows of higher numbers than the first one given; recover with a higher --first",
      );
    case INIT_OTHER_FOUNDING:
      return new SequenceError(
        "BAD_FABRIC",
        "the card waits already to found a fabric of this id with other cards or another first number; give the same init again, or initialise all cards with a new fabric id",
      );
    case INIT_BAD_KIND:
      return new SequenceError("BAD_OPTION", "the card does not know such an init; update its firmware");
    default:
      return new SequenceError(
        "STORAGE_FAILED",
        `the card refused with the unknown code ${code}; update this package`,
      );
  }
}

/** Whether the card is what this would make of it. */
export function isAlready(status: CardStatus, { fabricId, cardId }: Initialisation): boolean {
  return status.fabricId === fabricId && status.card === cardId;
}
