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

/** HOST_INIT: fabricId u32, cardId u8, first u64, memberCount u8, then for each member: card u8, votes u8. */
export class HostInitFields {
  fabricId = 0;
  cardId = 0;
  readonly first = new Uint64();
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

const OFFSET_MEMBER_COUNT = BODY + 13;
const OFFSET_MEMBERS = OFFSET_MEMBER_COUNT + 1;

export function encodeHostInit(frame: FrameBuffer, from: HostInitFields): void {
  frame.view.setUint32(BODY, from.fabricId, true);
  frame.bytes[BODY + 4] = from.cardId;
  writeUint64(frame.view, BODY + 5, from.first);
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
  into.memberCount = 0;
  for (let offset = OFFSET_MEMBERS; offset < frame.length; offset += 2) {
    into.addMember(frame.bytes[offset] as number, frame.bytes[offset + 1] as number);
  }
  return true;
}

/** HOST_INIT_RESULT: code u8. */
export const INIT_DONE = 0;
/** Only a blank card takes an init. */
export const INIT_NOT_BLANK = 1;
/** The member list is empty, not in rising order, without this card, or its ids or votes are out of range. */
export const INIT_BAD_MEMBERS = 2;
/** The first number is 0 or above 2^63-1. */
export const INIT_BAD_FIRST = 3;
/** The fabric id is 0. */
export const INIT_BAD_FABRIC = 4;
/** The flash did not take the record. */
export const INIT_STORAGE_FAILED = 5;

const HOST_INIT_RESULT_BYTES = BODY + 1;

export function encodeHostInitResult(frame: FrameBuffer, code: number): void {
  frame.bytes[BODY] = code;
  frame.length = HOST_INIT_RESULT_BYTES;
}

/** @returns the code, or -1 where the length is not that of a HOST_INIT_RESULT. */
export function decodeHostInitResult(frame: FrameBuffer): number {
  return frame.length === HOST_INIT_RESULT_BYTES ? (frame.bytes[BODY] as number) : -1;
}
