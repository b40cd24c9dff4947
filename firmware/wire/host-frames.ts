import { readUint64, readView, VIEW_BYTES, writeUint64, writeView } from "./fields.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { HOST_HEADER_BYTES } from "./header.js";
import { Uint64 } from "./uint64.js";

/**
 * The frames that hosts and cards exchange at every number. OPEN and CLOSE have no body. Each `encode` writes the body
 * and sets the length; each `decode` returns false, and changes nothing, where the length is not that of the type.
 */
const BODY = HOST_HEADER_BYTES;
/** The beginning of the body in `FrameBuffer.words`: whole words, for the frames of every number. */
export const WORD_TAG = 2;

/** Sets the length of a frame that is a header and nothing else: HOST_OPEN, HOST_CLOSE, HOST_STATUS_REQUEST. */
export function encodeEmptyBody(frame: FrameBuffer): void {
  frame.length = BODY;
}

export function hasEmptyBody(frame: FrameBuffer): boolean {
  return frame.length === BODY;
}

/** HOST_REQUEST: tag u32, count u16. The tag is the host's name for the block; a retry keeps it. */
export class HostRequestFields {
  tag = 0;
  count = 0;
}

export const HOST_REQUEST_BYTES = BODY + 6;

export function encodeHostRequest(frame: FrameBuffer, tag: number, count: number): void {
  const { words } = frame;
  words[WORD_TAG] = tag;
  words[WORD_TAG + 1] = count;
  frame.length = HOST_REQUEST_BYTES;
}

export function decodeHostRequest(frame: FrameBuffer, into: HostRequestFields): boolean {
  if (frame.length !== HOST_REQUEST_BYTES) return false;
  const { words } = frame;
  into.tag = (words[WORD_TAG] as number) >>> 0;
  into.count = (words[WORD_TAG + 1] as number) & 0xffff;
  return true;
}

/** HOST_ANSWER: tag u32, first u64, count u16. */
export class HostAnswerFields {
  tag = 0;
  readonly first = new Uint64();
  count = 0;
}

export const HOST_ANSWER_BYTES = BODY + 14;

export function encodeHostAnswer(frame: FrameBuffer, tag: number, first: Uint64, count: number): void {
  const { words } = frame;
  words[WORD_TAG] = tag;
  words[WORD_TAG + 1] = first.low;
  words[WORD_TAG + 2] = first.high;
  words[WORD_TAG + 3] = count;
  frame.length = HOST_ANSWER_BYTES;
}

export function decodeHostAnswer(frame: FrameBuffer, into: HostAnswerFields): boolean {
  if (frame.length !== HOST_ANSWER_BYTES) return false;
  into.tag = frame.view.getUint32(BODY, true);
  readUint64(frame.view, BODY + 4, into.first);
  into.count = frame.view.getUint16(BODY + 12, true);
  return true;
}

/** HOST_REFUSE: tag u32, code u8 (one of the REFUSE_... codes). */
export class HostRefuseFields {
  tag = 0;
  code = 0;
}

const HOST_REFUSE_BYTES = BODY + 5;

export function encodeHostRefuse(frame: FrameBuffer, tag: number, code: number): void {
  frame.view.setUint32(BODY, tag, true);
  frame.bytes[BODY + 4] = code;
  frame.length = HOST_REFUSE_BYTES;
}

export function decodeHostRefuse(frame: FrameBuffer, into: HostRefuseFields): boolean {
  if (frame.length !== HOST_REFUSE_BYTES) return false;
  into.tag = frame.view.getUint32(BODY, true);
  into.code = frame.bytes[BODY + 4] as number;
  return true;
}

/** HOST_VIEW: view u40, primary u8, secondary u8, base u64, state u8 (0: numbers can be had, else a REFUSE_... code). */
export class HostViewFields {
  view = 0;
  primary = 0;
  secondary = 0;
  readonly base = new Uint64();
  state = 0;
}

const OFFSET_PRIMARY = BODY + VIEW_BYTES;
const OFFSET_BASE = OFFSET_PRIMARY + 2;
const OFFSET_STATE = OFFSET_BASE + 8;
const HOST_VIEW_BYTES = OFFSET_STATE + 1;

export function encodeHostView(frame: FrameBuffer, from: HostViewFields): void {
  writeView(frame.view, BODY, from.view);
  frame.bytes[OFFSET_PRIMARY] = from.primary;
  frame.bytes[OFFSET_PRIMARY + 1] = from.secondary;
  writeUint64(frame.view, OFFSET_BASE, from.base);
  frame.bytes[OFFSET_STATE] = from.state;
  frame.length = HOST_VIEW_BYTES;
}

export function decodeHostView(frame: FrameBuffer, into: HostViewFields): boolean {
  if (frame.length !== HOST_VIEW_BYTES) return false;
  into.view = readView(frame.view, BODY);
  into.primary = frame.bytes[OFFSET_PRIMARY] as number;
  into.secondary = frame.bytes[OFFSET_PRIMARY + 1] as number;
  readUint64(frame.view, OFFSET_BASE, into.base);
  into.state = frame.bytes[OFFSET_STATE] as number;
  return true;
}

/** HOST_MIRROR: view u40, held u64: one above the newest number that this card holds as primary or secondary of that view. */
export class HostMirrorFields {
  view = 0;
  readonly held = new Uint64();
}

const MAX_UINT32 = 0xffff_ffff;
const TWO_32 = 0x1_0000_0000;
export const HOST_MIRROR_BYTES = BODY + VIEW_BYTES + 8;

export function encodeHostMirror(frame: FrameBuffer, view: number, held: Uint64): void {
  const { words } = frame;
  const { high, low } = held;
  words[WORD_TAG] = view;
  words[WORD_TAG + 1] = (view > MAX_UINT32 ? Math.floor(view / TWO_32) : 0) | (low << 8);
  words[WORD_TAG + 2] = (low >>> 24) | (high << 8);
  words[WORD_TAG + 3] = high >>> 24;
  frame.length = HOST_MIRROR_BYTES;
}

export function decodeHostMirror(frame: FrameBuffer, into: HostMirrorFields): boolean {
  if (frame.length !== HOST_MIRROR_BYTES) return false;
  into.view = readView(frame.view, BODY);
  readUint64(frame.view, BODY + VIEW_BYTES, into.held);
  return true;
}
