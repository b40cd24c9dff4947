import { MAX_ENCODED_BYTES } from "../../firmware/wire/constants.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";
import { HOST_HEADER_BYTES, writeHostHeader } from "../../firmware/wire/header.js";

/**
 * Frames that only a daemon knows, beside those of a host and its card. Types of a host: 0x40 to 0x5f, of the other
 * side: 0x60 to 0x7f; a daemon's own are the last ones of each.
 */
/** Host to daemon: wishes u8. Says how this connection wants to be served; without it, all zero. */
export const FRAME_DAEMON_WISH = 0x5f;

/** Tell me NOT_READY at once, rather than keep what I ask until numbers can be had. */
export const WISH_REJECT = 1;
const BODY = HOST_HEADER_BYTES;
const WISH_BYTES = BODY + 1;

/** @returns the bytes of a DAEMON_WISH as they go onto the socket. */
export function wishBytes(wishes: number): Uint8Array {
  const frame = new FrameBuffer();
  frame.bytes[BODY] = wishes;
  frame.length = WISH_BYTES;
  writeHostHeader(frame, FRAME_DAEMON_WISH, 0);
  const encoded = new Uint8Array(MAX_ENCODED_BYTES);
  return encoded.slice(0, encodeFrame(frame, encoded, 0));
}

/** @returns the wishes, or -1 where the length is not that of a DAEMON_WISH. */
export function decodeWish(frame: FrameBuffer): number {
  return frame.length === WISH_BYTES ? (frame.bytes[BODY] as number) : -1;
}
