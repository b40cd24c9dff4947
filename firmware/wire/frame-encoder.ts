import { CHECKSUM_BYTES } from "./constants.js";
import { crc32 } from "./crc32.js";
import type { FrameBuffer } from "./frame-buffer.js";

/**
 * Frames a payload for a cable: delimiter 0, then COBS of payload and CRC, then delimiter 0. COBS takes every zero
 * out, so a receiver that finds a zero knows that it stands between two frames; the one in front cuts off stray text.
 * @param out holds at least `MAX_ENCODED_BYTES` from `start` on.
 * @returns bytes written.
 */
export function encodeFrame(frame: FrameBuffer, out: Uint8Array, start: number): number {
  const bytes = frame.bytes;
  const end = frame.length + CHECKSUM_BYTES;
  frame.view.setInt32(frame.length, crc32(bytes, frame.length), true);
  let at = start;
  out[at++] = 0;
  let codeAt = at++;
  for (let index = 0; index < end; index += 1) {
    const byte = bytes[index] as number;
    if (byte === 0) {
      out[codeAt] = at - codeAt;
      codeAt = at++;
    } else {
      out[at++] = byte;
    }
  }
  out[codeAt] = at - codeAt;
  out[at++] = 0;
  return at - start;
}
