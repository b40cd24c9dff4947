import { PROTOCOL_VERSION } from "./constants.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { OFFSET_TYPE, OFFSET_VERSION } from "./frame-types.js";

/** Header of a frame between cards: version, type, source, destination, hops left, fabric id (u32). */
export const OFFSET_SOURCE = 2;
export const OFFSET_DESTINATION = 3;
export const OFFSET_HOPS_LEFT = 4;
export const OFFSET_FABRIC = 5;
export const FABRIC_HEADER_BYTES = 9;

/** Header of a frame between a card and its host: version, type, session (u32). */
export const OFFSET_SESSION = 2;
export const HOST_HEADER_BYTES = 6;

/** Writes the header of a frame between cards; the body follows from `FABRIC_HEADER_BYTES` on. */
export function writeFabricHeader(
  frame: FrameBuffer,
  type: number,
  source: number,
  destination: number,
  hopsLeft: number,
  fabricId: number,
): void {
  const view = frame.view;
  // Version to destination at once: in XS each access to memory takes as long as several sums.
  view.setInt32(OFFSET_VERSION, PROTOCOL_VERSION | (type << 8) | (source << 16) | (destination << 24), true);
  view.setUint8(OFFSET_HOPS_LEFT, hopsLeft);
  view.setUint32(OFFSET_FABRIC, fabricId, true);
}

/** Writes the header of a frame between a card and its host; the body follows from `HOST_HEADER_BYTES` on. */
export function writeHostHeader(frame: FrameBuffer, type: number, session: number): void {
  frame.bytes[OFFSET_VERSION] = PROTOCOL_VERSION;
  frame.bytes[OFFSET_TYPE] = type;
  frame.view.setUint32(OFFSET_SESSION, session, true);
}
