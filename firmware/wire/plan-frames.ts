import { readUint64, writeUint64 } from "./fields.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES, HOST_HEADER_BYTES } from "./header.js";
import { Uint64 } from "./uint64.js";

/**
 * Planned view changes: HOST_PLAN from a host to its card, PLAN from there to the primary, PLAN_RESULT and
 * HOST_PLAN_RESULT back. The bodies of both pairs are the same; only the headers in front differ.
 */

/** Begin the next view at `seed` or above. */
export const PLAN_SEED = 1;
/** Hand the roles to the cards named. */
export const PLAN_HANDOVER = 2;
/** Take `card` in, which was initialised as `incarnation`. */
export const PLAN_ADD = 3;
/** Drop `card`. */
export const PLAN_REMOVE = 4;
/** Drop `card` and take `otherCard` in, which was initialised as `incarnation`. */
export const PLAN_REPLACE = 5;

export const PLAN_DONE = 0;
/** The seed is not above what was handed out; `number` of the result is the least that would be. */
export const PLAN_TOO_LOW = 1;
/** There is no primary that assigns: first the fabric must be ready. */
export const PLAN_NOT_READY = 2;
/** A card named is not a member, does not answer, or is named for both roles. */
export const PLAN_NO_SUCH_CARD = 3;
/** Another planned change is under way. */
export const PLAN_BUSY = 4;
/** The change did not come about in time. Whether it still will, `status` shows. */
export const PLAN_FAILED = 5;
/** The seed is 0 or above 2^63-1, or the kind of plan is unknown. */
export const PLAN_BAD = 6;
/** The id of the new card was used in this fabric before, or is above 254; `number` of the result is the least that is free. */
export const PLAN_ID_USED = 7;
/** The member list is full. */
export const PLAN_LIST_FULL = 8;
/** Too few of the cards that answer would be left, or taken in, for a quorum of the new list. */
export const PLAN_NO_QUORUM = 9;
/** The new card does not answer: it was not initialised as a member to be, has no cable, or is another incarnation. */
export const PLAN_NOT_HEARD = 10;
/** The card is primary: hand its role over first. */
export const PLAN_IS_PRIMARY = 11;
/** The card is the last with a vote. */
export const PLAN_LAST_CARD = 12;

/** PLAN, HOST_PLAN: requestId u32, kind u8, primary u8, secondary u8, seed u64, card u8, otherCard u8, incarnation u32. */
export class PlanFields {
  requestId = 0;
  kind = 0;
  /** The card wished for; 0: whoever suits. */
  primary = 0;
  secondary = 0;
  readonly seed = new Uint64();
  /** The member that comes or goes, where the list is to change. */
  card = 0;
  /** Who comes in its place. */
  otherCard = 0;
  /** Of the card that comes: what its HOST_INIT_RESULT told. */
  incarnation = 0;
}

const PLAN_BYTES = 21;

export function encodePlan(frame: FrameBuffer, from: PlanFields): void {
  encodePlanAt(frame, from, FABRIC_HEADER_BYTES);
}

export function encodeHostPlan(frame: FrameBuffer, from: PlanFields): void {
  encodePlanAt(frame, from, HOST_HEADER_BYTES);
}

/** @returns false, and changes nothing, where the length is not that of a PLAN. */
export function decodePlan(frame: FrameBuffer, into: PlanFields): boolean {
  return decodePlanAt(frame, into, FABRIC_HEADER_BYTES);
}

/** @returns false, and changes nothing, where the length is not that of a HOST_PLAN. */
export function decodeHostPlan(frame: FrameBuffer, into: PlanFields): boolean {
  return decodePlanAt(frame, into, HOST_HEADER_BYTES);
}

function encodePlanAt(frame: FrameBuffer, from: PlanFields, body: number): void {
  frame.view.setUint32(body, from.requestId, true);
  frame.bytes[body + 4] = from.kind;
  frame.bytes[body + 5] = from.primary;
  frame.bytes[body + 6] = from.secondary;
  writeUint64(frame.view, body + 7, from.seed);
  frame.bytes[body + 15] = from.card;
  frame.bytes[body + 16] = from.otherCard;
  frame.view.setUint32(body + 17, from.incarnation, true);
  frame.length = body + PLAN_BYTES;
}

function decodePlanAt(frame: FrameBuffer, into: PlanFields, body: number): boolean {
  if (frame.length !== body + PLAN_BYTES) return false;
  into.requestId = frame.view.getUint32(body, true);
  into.kind = frame.bytes[body + 4] as number;
  into.primary = frame.bytes[body + 5] as number;
  into.secondary = frame.bytes[body + 6] as number;
  readUint64(frame.view, body + 7, into.seed);
  into.card = frame.bytes[body + 15] as number;
  into.otherCard = frame.bytes[body + 16] as number;
  into.incarnation = frame.view.getUint32(body + 17, true);
  return true;
}

/** PLAN_RESULT, HOST_PLAN_RESULT: requestId u32, code u8, number u64 (the base of the new view, or the least seed). */
export class PlanResultFields {
  requestId = 0;
  code = 0;
  readonly number = new Uint64();
}

const PLAN_RESULT_BYTES = 13;

export function encodePlanResult(frame: FrameBuffer, from: PlanResultFields): void {
  encodeResultAt(frame, from, FABRIC_HEADER_BYTES);
}

export function encodeHostPlanResult(frame: FrameBuffer, from: PlanResultFields): void {
  encodeResultAt(frame, from, HOST_HEADER_BYTES);
}

/** @returns false, and changes nothing, where the length is not that of a PLAN_RESULT. */
export function decodePlanResult(frame: FrameBuffer, into: PlanResultFields): boolean {
  return decodeResultAt(frame, into, FABRIC_HEADER_BYTES);
}

/** @returns false, and changes nothing, where the length is not that of a HOST_PLAN_RESULT. */
export function decodeHostPlanResult(frame: FrameBuffer, into: PlanResultFields): boolean {
  return decodeResultAt(frame, into, HOST_HEADER_BYTES);
}

function encodeResultAt(frame: FrameBuffer, from: PlanResultFields, body: number): void {
  frame.view.setUint32(body, from.requestId, true);
  frame.bytes[body + 4] = from.code;
  writeUint64(frame.view, body + 5, from.number);
  frame.length = body + PLAN_RESULT_BYTES;
}

function decodeResultAt(frame: FrameBuffer, into: PlanResultFields, body: number): boolean {
  if (frame.length !== body + PLAN_RESULT_BYTES) return false;
  into.requestId = frame.view.getUint32(body, true);
  into.code = frame.bytes[body + 4] as number;
  readUint64(frame.view, body + 5, into.number);
  return true;
}
