import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES } from "./header.js";

const BODY = FABRIC_HEADER_BYTES;
const JOIN_BYTES = BODY + 8;

/** JOIN: incarnation u32, checksum u32. From a card that waits for its fabric's founding, to the founder. */
export class JoinFields {
  incarnation = 0;
  /** Of what the card was initialised with: the founder takes in only those that were told the same. */
  checksum = 0;
}

export function encodeJoin(frame: FrameBuffer, incarnation: number, checksum: number): void {
  frame.view.setUint32(BODY, incarnation, true);
  frame.view.setUint32(BODY + 4, checksum, true);
  frame.length = JOIN_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a JOIN. */
export function decodeJoin(frame: FrameBuffer, into: JoinFields): boolean {
  if (frame.length !== JOIN_BYTES) return false;
  into.incarnation = frame.view.getUint32(BODY, true);
  into.checksum = frame.view.getUint32(BODY + 4, true);
  return true;
}
