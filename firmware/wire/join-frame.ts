import { readView, VIEW_BYTES, writeView } from "./fields.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES } from "./header.js";

const BODY = FABRIC_HEADER_BYTES;
const OFFSET_VIEW = BODY + 8;
const JOIN_BYTES = OFFSET_VIEW + VIEW_BYTES;

/** JOIN: incarnation u32, checksum u32, view u40. From a card that waits for its fabric, to all that it was told of. */
export class JoinFields {
  incarnation = 0;
  /** Of what the card was initialised with: a founder takes in only those that were told the same. */
  checksum = 0;
  /** 0: the card waits. Else the founder's first view, which the card has accepted. */
  view = 0;
}

export function encodeJoin(frame: FrameBuffer, from: JoinFields): void {
  frame.view.setUint32(BODY, from.incarnation, true);
  frame.view.setUint32(BODY + 4, from.checksum, true);
  writeView(frame.view, OFFSET_VIEW, from.view);
  frame.length = JOIN_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a JOIN. */
export function decodeJoin(frame: FrameBuffer, into: JoinFields): boolean {
  if (frame.length !== JOIN_BYTES) return false;
  into.incarnation = frame.view.getUint32(BODY, true);
  into.checksum = frame.view.getUint32(BODY + 4, true);
  into.view = readView(frame.view, OFFSET_VIEW);
  return true;
}
