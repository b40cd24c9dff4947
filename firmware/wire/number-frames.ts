import { VIEW_BYTES, viewOfWords, viewToWords } from "./fields.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES, LOWER_BYTES, WORD_BODY, WORD_FABRIC } from "./header.js";
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

export const OFFSET_REQUEST = BODY;
export const REQUEST_BYTES = BODY + 6;

export function encodeRequest(frame: FrameBuffer, requestId: number, count: number): void {
  const { words } = frame;
  words[WORD_FABRIC] = ((words[WORD_FABRIC] as number) & LOWER_BYTES) | (requestId << 24);
  words[WORD_BODY] = (requestId >>> 8) | (count << 24);
  words[WORD_BODY + 1] = count >>> 8;
  frame.length = REQUEST_BYTES;
}

export function decodeRequest(frame: FrameBuffer, into: RequestFields): boolean {
  if (frame.length !== REQUEST_BYTES) return false;
  const { words } = frame;
  const middle = words[WORD_BODY] as number;
  into.requestId = (((words[WORD_FABRIC] as number) >>> 24) | (middle << 8)) >>> 0;
  into.count = (middle >>> 24) | (((words[WORD_BODY + 1] as number) & 0xff) << 8);
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

/** Of a STORE and an ANSWER, in `FrameBuffer.words`, behind the view. */
export const WORD_REQUEST_ID = 4;
export const WORD_FIRST_LOW = 5;
export const WORD_FIRST_HIGH = 6;
/** The count and, in a STORE, above it the originator. */
export const WORD_COUNT = 7;
/** The same four words in `FrameBuffer.bytes`. */
export const OFFSET_REQUEST_ID = BODY + VIEW_BYTES;
export const ANSWER_BYTES = BODY + VIEW_BYTES + 14;
export const STORE_BYTES = ANSWER_BYTES + 1;

export function encodeStore(
  frame: FrameBuffer,
  view: number,
  originator: number,
  requestId: number,
  first: Uint64,
  count: number,
): void {
  viewToWords(frame.words, view);
  writeStore(frame, originator, requestId, first, count);
}

/** As `encodeStore`, where the view is written already. */
export function writeStore(
  frame: FrameBuffer,
  originator: number,
  requestId: number,
  first: Uint64,
  count: number,
): void {
  const { words } = frame;
  words[WORD_REQUEST_ID] = requestId;
  words[WORD_FIRST_LOW] = first.low;
  words[WORD_FIRST_HIGH] = first.high;
  words[WORD_COUNT] = count | (originator << 16);
  frame.length = STORE_BYTES;
}

export function decodeStore(frame: FrameBuffer, into: StoreFields): boolean {
  if (frame.length !== STORE_BYTES) return false;
  into.originator = (readBlock(frame, into) >> 16) & 0xff;
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
  viewToWords(frame.words, view);
  writeAnswer(frame, requestId, first, count);
}

/** As `encodeAnswer`, where the view is written already. */
export function writeAnswer(frame: FrameBuffer, requestId: number, first: Uint64, count: number): void {
  const { words } = frame;
  words[WORD_REQUEST_ID] = requestId;
  words[WORD_FIRST_LOW] = first.low;
  words[WORD_FIRST_HIGH] = first.high;
  words[WORD_COUNT] = count;
  frame.length = ANSWER_BYTES;
}

export function decodeAnswer(frame: FrameBuffer, into: AnswerFields): boolean {
  if (frame.length !== ANSWER_BYTES) return false;
  // As `readBlock`, without its calls: the path of every number.
  const { words } = frame;
  const { first } = into;
  into.view = ((words[WORD_BODY] as number) >>> 0) * 256 + (((words[WORD_FABRIC] as number) >> 24) & 0xff);
  into.requestId = (words[WORD_REQUEST_ID] as number) >>> 0;
  first.low = (words[WORD_FIRST_LOW] as number) >>> 0;
  first.high = (words[WORD_FIRST_HIGH] as number) >>> 0;
  into.count = (words[WORD_COUNT] as number) & 0xffff;
  return true;
}

/** @returns the word with the count, for what else stands there. */
function readBlock(frame: FrameBuffer, into: AnswerFields): number {
  const { words } = frame;
  const { first } = into;
  into.view = viewOfWords(words);
  into.requestId = (words[WORD_REQUEST_ID] as number) >>> 0;
  first.low = (words[WORD_FIRST_LOW] as number) >>> 0;
  first.high = (words[WORD_FIRST_HIGH] as number) >>> 0;
  const end = words[WORD_COUNT] as number;
  into.count = end & 0xffff;
  return end;
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
