import { readUint64, readView, VIEW_BYTES, writeUint64, writeView } from "./fields.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES } from "./header.js";
import { Uint64 } from "./uint64.js";

/**
 * The frames on the path of a number. REQUEST goes to the primary, STORE to the secondary, ANSWER to the originator;
 * REFUSE goes straight back. Each `encode` writes the body and sets the length, the header is the caller's;
 * each `decode` returns false, and changes nothing, where the length is not that of the type.
 */
const BODY = FABRIC_HEADER_BYTES;

/** REQUEST: requestId u32, count u16. The originator is the frame's source. */
export class RequestFields {
  requestId = 0;
  count = 0;
}

const REQUEST_BYTES = BODY + 6;

export function encodeRequest(frame: FrameBuffer, requestId: number, count: number): void {
  frame.view.setUint32(BODY, requestId, true);
  frame.view.setUint16(BODY + 4, count, true);
  frame.length = REQUEST_BYTES;
}

export function decodeRequest(frame: FrameBuffer, into: RequestFields): boolean {
  if (frame.length !== REQUEST_BYTES) return false;
  into.requestId = frame.view.getUint32(BODY, true);
  into.count = frame.view.getUint16(BODY + 4, true);
  return true;
}

/** STORE: view u40, requestId u32, first u64, count u16, originator u8. */
export class StoreFields {
  view = 0;
  requestId = 0;
  readonly first = new Uint64();
  count = 0;
  originator = 0;
}

const OFFSET_REQUEST_ID = BODY + VIEW_BYTES;
const OFFSET_FIRST = OFFSET_REQUEST_ID + 4;
const OFFSET_COUNT = OFFSET_FIRST + 8;
const ANSWER_BYTES = OFFSET_COUNT + 2;
const STORE_BYTES = ANSWER_BYTES + 1;

export function encodeStore(
  frame: FrameBuffer,
  view: number,
  originator: number,
  requestId: number,
  first: Uint64,
  count: number,
): void {
  encodeAnswer(frame, view, requestId, first, count);
  frame.bytes[ANSWER_BYTES] = originator;
  frame.length = STORE_BYTES;
}

export function decodeStore(frame: FrameBuffer, into: StoreFields): boolean {
  if (frame.length !== STORE_BYTES) return false;
  readBlock(frame, into);
  into.originator = frame.bytes[ANSWER_BYTES] as number;
  return true;
}

/** ANSWER: view u40, requestId u32, first u64, count u16. */
export class AnswerFields {
  view = 0;
  requestId = 0;
  readonly first = new Uint64();
  count = 0;
}

export function encodeAnswer(
  frame: FrameBuffer,
  view: number,
  requestId: number,
  first: Uint64,
  count: number,
): void {
  writeView(frame.view, BODY, view);
  frame.view.setUint32(OFFSET_REQUEST_ID, requestId, true);
  writeUint64(frame.view, OFFSET_FIRST, first);
  frame.view.setUint16(OFFSET_COUNT, count, true);
  frame.length = ANSWER_BYTES;
}

export function decodeAnswer(frame: FrameBuffer, into: AnswerFields): boolean {
  if (frame.length !== ANSWER_BYTES) return false;
  readBlock(frame, into);
  return true;
}

function readBlock(frame: FrameBuffer, into: AnswerFields): void {
  into.view = readView(frame.view, BODY);
  into.requestId = frame.view.getUint32(OFFSET_REQUEST_ID, true);
  readUint64(frame.view, OFFSET_FIRST, into.first);
  into.count = frame.view.getUint16(OFFSET_COUNT, true);
}

/** REFUSE: requestId u32, code u8 (one of the REFUSE_... codes). */
export class RefuseFields {
  requestId = 0;
  code = 0;
}

const REFUSE_BYTES = BODY + 5;

export function encodeRefuse(frame: FrameBuffer, requestId: number, code: number): void {
  frame.view.setUint32(BODY, requestId, true);
  frame.bytes[BODY + 4] = code;
  frame.length = REFUSE_BYTES;
}

export function decodeRefuse(frame: FrameBuffer, into: RefuseFields): boolean {
  if (frame.length !== REFUSE_BYTES) return false;
  into.requestId = frame.view.getUint32(BODY, true);
  into.code = frame.bytes[BODY + 4] as number;
  return true;
}
