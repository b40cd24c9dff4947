import { MAX_MEMBERS } from "./constants.js";
import type { FrameBuffer } from "./frame-buffer.js";

/**
 * A member list as PROMISE, ACCEPT and HOST_STATUS carry it: lastCardId u8, memberCount u8, then for each member:
 * card u8, votes u8 (now in the lower four bits, before in the upper), incarnation u32.
 */
export class MemberFields {
  /** The highest card id that this fabric ever used: no lower one is given to a new card. */
  lastCardId = 0;
  memberCount = 0;
  readonly memberCards = new Uint8Array(MAX_MEMBERS);
  /** Packed, see `packVotes`. */
  readonly memberVotes = new Uint8Array(MAX_MEMBERS);
  /** What each card drew when it was initialised; 0 where that is not known. */
  readonly memberIncarnations = new Uint32Array(MAX_MEMBERS);

  /** Adds a member; the caller adds at most `MAX_MEMBERS`. */
  addMember(card: number, packedVotes: number, incarnation: number): void {
    this.memberCards[this.memberCount] = card;
    this.memberVotes[this.memberCount] = packedVotes;
    this.memberIncarnations[this.memberCount] = incarnation;
    this.memberCount += 1;
  }
}

const HEAD_BYTES = 2;
const ENTRY_BYTES = 6;

/** @param now @param before votes, 0 to 15 each. */
export function packVotes(now: number, before: number): number {
  return now + 16 * before;
}

/** Votes that a card has in its view. */
export function votesNow(packedVotes: number): number {
  return packedVotes % 16;
}

/** Votes that it had before the list changed: the same where it did not. */
export function votesBefore(packedVotes: number): number {
  return packedVotes >> 4;
}

/** Writes the list as the last part of a frame, from `offset` on, and sets the length. */
export function encodeMembers(frame: FrameBuffer, offset: number, from: MemberFields): void {
  const { bytes, view } = frame;
  const { memberCards, memberCount, memberIncarnations, memberVotes } = from;
  bytes[offset] = from.lastCardId;
  bytes[offset + 1] = memberCount;
  let at = offset + HEAD_BYTES;
  for (let index = 0; index < memberCount; index += 1) {
    bytes[at] = memberCards[index] as number;
    bytes[at + 1] = memberVotes[index] as number;
    view.setUint32(at + 2, memberIncarnations[index] as number, true);
    at += ENTRY_BYTES;
  }
  frame.length = at;
}

/** @returns whether the frame ends with a whole list that begins at `offset`, of at most `MAX_MEMBERS` cards. */
export function endsWithMembers(frame: FrameBuffer, offset: number): boolean {
  if (frame.length < offset + HEAD_BYTES) return false;
  const memberCount = frame.bytes[offset + 1] as number;
  return memberCount <= MAX_MEMBERS && frame.length === offset + HEAD_BYTES + ENTRY_BYTES * memberCount;
}

/** Reads a list where `endsWithMembers` says that there is one. */
export function readMembers(frame: FrameBuffer, offset: number, into: MemberFields): void {
  const { bytes, length, view } = frame;
  const { memberCards, memberIncarnations, memberVotes } = into;
  into.lastCardId = bytes[offset] as number;
  // Without `addMember`: XS takes as long for a call as for what it does here.
  let index = 0;
  for (let at = offset + HEAD_BYTES; at < length; at += ENTRY_BYTES) {
    memberCards[index] = bytes[at] as number;
    memberVotes[index] = bytes[at + 1] as number;
    memberIncarnations[index] = view.getUint32(at + 2, true);
    index += 1;
  }
  into.memberCount = index;
}
