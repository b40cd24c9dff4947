import { MAX_PAYLOAD_BYTES } from "./constants.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES, HOST_HEADER_BYTES } from "./header.js";

/**
 * HOST_TRUNK, either way: one whole frame between cards, as it would go over a cable. A host that has two cards carries such
 * frames from the one to the other.
 */

/** Bytes of the longest frame that a trunk carries: what a host's header leaves of a payload. No frame is longer. */
export const MAX_TRUNK_FRAME_BYTES = MAX_PAYLOAD_BYTES - HOST_HEADER_BYTES;

/** @returns false, and changes nothing, where `carried` is too long for a trunk. */
export function encodeHostTrunk(frame: FrameBuffer, carried: FrameBuffer): boolean {
  if (carried.length > MAX_TRUNK_FRAME_BYTES) return false;
  for (let index = 0; index < carried.length; index += 1) {
    frame.bytes[HOST_HEADER_BYTES + index] = carried.bytes[index] as number;
  }
  frame.length = HOST_HEADER_BYTES + carried.length;
  return true;
}

/**
 * @param carried may be `frame` itself, in whose place it then stands.
 * @returns false, and changes nothing, where what is carried is too short to be a frame between cards.
 */
export function decodeHostTrunk(frame: FrameBuffer, carried: FrameBuffer): boolean {
  const length = frame.length - HOST_HEADER_BYTES;
  if (length < FABRIC_HEADER_BYTES) return false;
  for (let index = 0; index < length; index += 1) {
    carried.bytes[index] = frame.bytes[HOST_HEADER_BYTES + index] as number;
  }
  carried.length = length;
  return true;
}
