import { readUint64, readView, VIEW_BYTES, writeUint64, writeView } from "./fields.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES } from "./header.js";
import { encodeMembers, endsWithMembers, MemberFields, readMembers } from "./member-entries.js";
import { Uint64 } from "./uint64.js";

/** The frames that change the view: PREPARE and ACCEPT from the coordinator, PROMISE or DECLINE back to it. */
const BODY = FABRIC_HEADER_BYTES;

/** PREPARE: view u40. The coordinator is the frame's source, and the view's lowest byte. */
const PREPARE_BYTES = BODY + VIEW_BYTES;

export function encodePrepare(frame: FrameBuffer, view: number): void {
  writeView(frame.view, BODY, view);
  frame.length = PREPARE_BYTES;
}

/** @returns the view, or -1 where the length is not that of a PREPARE. */
export function decodePrepare(frame: FrameBuffer): number {
  return frame.length === PREPARE_BYTES ? readView(frame.view, BODY) : -1;
}

/** DECLINE: view u40, promised u40: the sender cannot promise `view`; it has promised the second already. */
export class DeclineFields {
  view = 0;
  promised = 0;
}

const DECLINE_BYTES = BODY + 2 * VIEW_BYTES;

export function encodeDecline(frame: FrameBuffer, view: number, promised: number): void {
  writeView(frame.view, BODY, view);
  writeView(frame.view, BODY + VIEW_BYTES, promised);
  frame.length = DECLINE_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a DECLINE. */
export function decodeDecline(frame: FrameBuffer, into: DeclineFields): boolean {
  if (frame.length !== DECLINE_BYTES) return false;
  into.view = readView(frame.view, BODY);
  into.promised = readView(frame.view, BODY + VIEW_BYTES);
  return true;
}

/** In PROMISE: the tail is known, as the sender is warm primary or secondary of its accepted view. */
export const PROMISE_FLAG_TAIL = 1;

/**
 * PROMISE: view u40, accepted u40, primary u8, secondary u8, base u64, ceiling u64, window u8, tail u64, flags u8, then
 * the member list of `accepted`. The view that the sender accepted last is told whole: the coordinator may never have
 * seen it.
 */
export class PromiseFields extends MemberFields {
  view = 0;
  accepted = 0;
  primary = 0;
  secondary = 0;
  readonly base = new Uint64();
  readonly ceiling = new Uint64();
  /** The window by which the ceiling was moved there, as a power of two. */
  windowLog2 = 0;
  /** The primary's next unassigned number, or the secondary's stored. */
  readonly tail = new Uint64();
  flags = 0;
}

const OFFSET_ACCEPTED = BODY + VIEW_BYTES;
const OFFSET_ROLES = OFFSET_ACCEPTED + VIEW_BYTES;
const OFFSET_NUMBERS = OFFSET_ROLES + 2;
const OFFSET_WINDOW = OFFSET_NUMBERS + 2 * 8;
const OFFSET_TAIL = OFFSET_WINDOW + 1;
const OFFSET_FLAGS = OFFSET_TAIL + 8;
const OFFSET_PROMISE_MEMBERS = OFFSET_FLAGS + 1;

export function encodePromise(frame: FrameBuffer, from: PromiseFields): void {
  const { bytes, view } = frame;
  writeView(view, BODY, from.view);
  writeView(view, OFFSET_ACCEPTED, from.accepted);
  bytes[OFFSET_ROLES] = from.primary;
  bytes[OFFSET_ROLES + 1] = from.secondary;
  writeUint64(view, OFFSET_NUMBERS, from.base);
  writeUint64(view, OFFSET_NUMBERS + 8, from.ceiling);
  bytes[OFFSET_WINDOW] = from.windowLog2;
  writeUint64(view, OFFSET_TAIL, from.tail);
  bytes[OFFSET_FLAGS] = from.flags;
  encodeMembers(frame, OFFSET_PROMISE_MEMBERS, from);
}

/** @returns false, and changes nothing, where the length does not match the member list. */
export function decodePromise(frame: FrameBuffer, into: PromiseFields): boolean {
  const { bytes, view } = frame;
  if (!endsWithMembers(frame, OFFSET_PROMISE_MEMBERS)) return false;
  into.view = readView(view, BODY);
  into.accepted = readView(view, OFFSET_ACCEPTED);
  into.primary = bytes[OFFSET_ROLES] as number;
  into.secondary = bytes[OFFSET_ROLES + 1] as number;
  readUint64(view, OFFSET_NUMBERS, into.base);
  readUint64(view, OFFSET_NUMBERS + 8, into.ceiling);
  into.windowLog2 = bytes[OFFSET_WINDOW] as number;
  readUint64(view, OFFSET_TAIL, into.tail);
  into.flags = bytes[OFFSET_FLAGS] as number;
  readMembers(frame, OFFSET_PROMISE_MEMBERS, into);
  return true;
}

/**
 * ACCEPT: view u40, primary u8, secondary u8, base u64, ceiling u64, window u8, then the member list. Chosen once for its
 * view; only the ceiling may be told higher later, with its window.
 */
export class AcceptFields extends MemberFields {
  view = 0;
  primary = 0;
  secondary = 0;
  readonly base = new Uint64();
  readonly ceiling = new Uint64();
  /** The window by which the ceiling was moved there, as a power of two. */
  windowLog2 = 0;
}

const OFFSET_ACCEPT_ROLES = BODY + VIEW_BYTES;
const OFFSET_ACCEPT_NUMBERS = OFFSET_ACCEPT_ROLES + 2;
const OFFSET_ACCEPT_WINDOW = OFFSET_ACCEPT_NUMBERS + 2 * 8;
const OFFSET_ACCEPT_MEMBERS = OFFSET_ACCEPT_WINDOW + 1;

export function encodeAccept(frame: FrameBuffer, from: AcceptFields): void {
  writeView(frame.view, BODY, from.view);
  frame.bytes[OFFSET_ACCEPT_ROLES] = from.primary;
  frame.bytes[OFFSET_ACCEPT_ROLES + 1] = from.secondary;
  writeUint64(frame.view, OFFSET_ACCEPT_NUMBERS, from.base);
  writeUint64(frame.view, OFFSET_ACCEPT_NUMBERS + 8, from.ceiling);
  frame.bytes[OFFSET_ACCEPT_WINDOW] = from.windowLog2;
  encodeMembers(frame, OFFSET_ACCEPT_MEMBERS, from);
}

/** @returns false, and changes nothing, where the length does not match the member list. */
export function decodeAccept(frame: FrameBuffer, into: AcceptFields): boolean {
  if (!endsWithMembers(frame, OFFSET_ACCEPT_MEMBERS)) return false;
  into.view = readView(frame.view, BODY);
  into.primary = frame.bytes[OFFSET_ACCEPT_ROLES] as number;
  into.secondary = frame.bytes[OFFSET_ACCEPT_ROLES + 1] as number;
  readUint64(frame.view, OFFSET_ACCEPT_NUMBERS, into.base);
  readUint64(frame.view, OFFSET_ACCEPT_NUMBERS + 8, into.ceiling);
  into.windowLog2 = frame.bytes[OFFSET_ACCEPT_WINDOW] as number;
  readMembers(frame, OFFSET_ACCEPT_MEMBERS, into);
  return true;
}
