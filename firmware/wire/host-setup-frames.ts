import { MAX_MEMBERS } from "./constants.js";
import { readUint64, writeUint64 } from "./fields.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { HOST_HEADER_BYTES } from "./header.js";
import { Uint64 } from "./uint64.js";

/** The frames with which a host meets its card and makes it a member of a fabric. */
const BODY = HOST_HEADER_BYTES;

/** In HOST_WELCOME and HOST_STATUS: the card was never initialised. */
export const CARD_FLAG_BLANK = 1;
/** The card was restarted inside its view. */
export const CARD_FLAG_COLD = 2;
/** The card is primary and holds its lease. */
export const CARD_FLAG_LEASE = 4;
/** The flash could not be read or written: the card takes no part in anything. */
export const CARD_FLAG_STORAGE_FAILED = 8;
/** The card was initialised and waits: for the others to found the fabric, or to be taken into it. */
export const CARD_FLAG_JOINING = 16;
/** The card was removed from its fabric; it takes an init as a blank one does. */
export const CARD_FLAG_REMOVED = 32;
/** The fabric has a member of this id that was initialised earlier: this card has lost its flash and must be replaced. */
export const CARD_FLAG_FORGOT = 64;

/** HOST_WELCOME: cardId u8, fabricId u32, chipId u64, flags u8, maxBlocksInFlight u8. Answers HOST_OPEN. */
export class HostWelcomeFields {
  cardId = 0;
  fabricId = 0;
  /** The number of the board's chip, which its USB serial number shows too. */
  readonly chipId = new Uint64();
  flags = 0;
  maxBlocksInFlight = 0;
}

const HOST_WELCOME_BYTES = BODY + 15;

export function encodeHostWelcome(frame: FrameBuffer, from: HostWelcomeFields): void {
  frame.bytes[BODY] = from.cardId;
  frame.view.setUint32(BODY + 1, from.fabricId, true);
  writeUint64(frame.view, BODY + 5, from.chipId);
  frame.bytes[BODY + 13] = from.flags;
  frame.bytes[BODY + 14] = from.maxBlocksInFlight;
  frame.length = HOST_WELCOME_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a HOST_WELCOME. */
export function decodeHostWelcome(frame: FrameBuffer, into: HostWelcomeFields): boolean {
  if (frame.length !== HOST_WELCOME_BYTES) return false;
  into.cardId = frame.bytes[BODY] as number;
  into.fabricId = frame.view.getUint32(BODY + 1, true);
  readUint64(frame.view, BODY + 5, into.chipId);
  into.flags = frame.bytes[BODY + 13] as number;
  into.maxBlocksInFlight = frame.bytes[BODY + 14] as number;
  return true;
}

/** The cards of the list found a new fabric: it begins when all of them have been told the same and hear each other. */
export const INIT_FOUND = 1;
/** The card waits until a fabric that exists takes it in, by PLAN_ADD or PLAN_REPLACE. */
export const INIT_JOIN = 2;

/**
 * HOST_INIT: fabricId u32, cardId u8, first u64, kind u8, replacesFabricId u32, memberCount u8, then for each member:
 * card u8, votes u8.
 */
export class HostInitFields {
  fabricId = 0;
  cardId = 0;
  readonly first = new Uint64();
  /** INIT_FOUND or INIT_JOIN. */
  kind = INIT_FOUND;
  /** 0 for a blank or removed card; else the fabric that the card must be of now, and leaves for good. */
  replacesFabricId = 0;
  memberCount = 0;
  readonly memberCards = new Uint8Array(MAX_MEMBERS);
  readonly memberVotes = new Uint8Array(MAX_MEMBERS);

  /** Adds a member; the caller adds at most `MAX_MEMBERS`. */
  addMember(card: number, votes: number): void {
    this.memberCards[this.memberCount] = card;
    this.memberVotes[this.memberCount] = votes;
    this.memberCount += 1;
  }
}

const OFFSET_KIND = BODY + 13;
const OFFSET_REPLACES = OFFSET_KIND + 1;
const OFFSET_MEMBER_COUNT = OFFSET_REPLACES + 4;
const OFFSET_MEMBERS = OFFSET_MEMBER_COUNT + 1;

export function encodeHostInit(frame: FrameBuffer, from: HostInitFields): void {
  frame.view.setUint32(BODY, from.fabricId, true);
  frame.bytes[BODY + 4] = from.cardId;
  writeUint64(frame.view, BODY + 5, from.first);
  frame.bytes[OFFSET_KIND] = from.kind;
  frame.view.setUint32(OFFSET_REPLACES, from.replacesFabricId, true);
  frame.bytes[OFFSET_MEMBER_COUNT] = from.memberCount;
  for (let index = 0; index < from.memberCount; index += 1) {
    frame.bytes[OFFSET_MEMBERS + 2 * index] = from.memberCards[index] as number;
    frame.bytes[OFFSET_MEMBERS + 2 * index + 1] = from.memberVotes[index] as number;
  }
  frame.length = OFFSET_MEMBERS + 2 * from.memberCount;
}

/** @returns false, and changes nothing, where the length does not match the number of members, or those are too many. */
export function decodeHostInit(frame: FrameBuffer, into: HostInitFields): boolean {
  if (frame.length < OFFSET_MEMBERS) return false;
  const memberCount = frame.bytes[OFFSET_MEMBER_COUNT] as number;
  if (memberCount > MAX_MEMBERS || frame.length !== OFFSET_MEMBERS + 2 * memberCount) return false;
  into.fabricId = frame.view.getUint32(BODY, true);
  into.cardId = frame.bytes[BODY + 4] as number;
  readUint64(frame.view, BODY + 5, into.first);
  into.kind = frame.bytes[OFFSET_KIND] as number;
  into.replacesFabricId = frame.view.getUint32(OFFSET_REPLACES, true);
  into.memberCount = 0;
  for (let offset = OFFSET_MEMBERS; offset < frame.length; offset += 2) {
    into.addMember(frame.bytes[offset] as number, frame.bytes[offset + 1] as number);
  }
  return true;
}

export const INIT_DONE = 0;
/** Only a blank or removed card takes an init that names no fabric to be replaced. */
export const INIT_NOT_BLANK = 1;
/** The member list is empty, not in rising order, without this card, or its ids or votes are out of range. */
export const INIT_BAD_MEMBERS = 2;
/** The first number is 0 or above 2^63-1. */
export const INIT_BAD_FIRST = 3;
/** The fabric id is 0. */
export const INIT_BAD_FABRIC = 4;
/** The flash did not take the record. */
export const INIT_STORAGE_FAILED = 5;
/** The kind of init is unknown. */
export const INIT_BAD_KIND = 6;
/** The card is not of the fabric that the init is to replace. */
export const INIT_WRONG_FABRIC = 7;
/** The card holds numbers, or a ceiling, above the first number. */
export const INIT_FIRST_TOO_LOW = 8;
/** The card waits to found this very fabric otherwise: with other cards or votes, or from another first number. */
export const INIT_OTHER_FOUNDING = 9;

/** HOST_INIT_RESULT: code u8, incarnation u32. */
export class HostInitResultFields {
  /** INIT_... */
  code = 0;
  /** What the card drew by which its fabric knows it, 1 to 2^32-1; 0 where it refused. */
  incarnation = 0;
}

const HOST_INIT_RESULT_BYTES = BODY + 5;

export function encodeHostInitResult(frame: FrameBuffer, code: number, incarnation: number): void {
  frame.bytes[BODY] = code;
  frame.view.setUint32(BODY + 1, incarnation, true);
  frame.length = HOST_INIT_RESULT_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a HOST_INIT_RESULT. */
export function decodeHostInitResult(frame: FrameBuffer, into: HostInitResultFields): boolean {
  if (frame.length !== HOST_INIT_RESULT_BYTES) return false;
  into.code = frame.bytes[BODY] as number;
  into.incarnation = frame.view.getUint32(BODY + 1, true);
  return true;
}
