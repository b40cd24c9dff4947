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

/** PLAN, HOST_PLAN: requestId u32, kind u8, primary u8, secondary u8, seed u64. */
export class PlanFields {
  requestId = 0;
  kind = 0;
  /** The card wished for; 0: whoever suits. */
  primary = 0;
  secondary = 0;
  readonly seed = new Uint64();
}

const PLAN_BYTES = 15;

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
  frame.length = body + PLAN_BYTES;
}

function decodePlanAt(frame: FrameBuffer, into: PlanFields, body: number): boolean {
  if (frame.length !== body + PLAN_BYTES) return false;
  into.requestId = frame.view.getUint32(body, true);
  into.kind = frame.bytes[body + 4] as number;
  into.primary = frame.bytes[body + 5] as number;
  into.secondary = frame.bytes[body + 6] as number;
  readUint64(frame.view, body + 7, into.seed);
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
