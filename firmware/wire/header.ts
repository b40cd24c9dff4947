import { PROTOCOL_VERSION } from "./constants.js";
import type { FrameBuffer } from "./frame-buffer.js";

/** Header of a frame between cards: version, type, source, destination, hops left, fabric id (u32). */
export const OFFSET_SOURCE = 2;
export const OFFSET_DESTINATION = 3;
export const OFFSET_HOPS_LEFT = 4;
export const OFFSET_FABRIC = 5;
export const FABRIC_HEADER_BYTES = 9;

/**
 * The same in `FrameBuffer.words`: version and type in the upper half of the first; source, destination, hops left and the
 * lowest byte of the fabric id, upwards; the rest of the fabric id and, in the highest byte, the first one of the body.
 */
export const WORD_TYPE = 0;
export const WORD_WAY = 1;
export const WORD_FABRIC = 2;
/** The second to the fifth byte of the body. */
export const WORD_BODY = 3;
/** The bits of a word that are its highest byte. */
const HIGHEST_BYTE = 0xff00_0000 | 0;
/** And all others. */
export const LOWER_BYTES = 0x00ff_ffff;

/** Header of a frame between a card and its host: version, type, session (u32). */
export const OFFSET_SESSION = 2;
export const HOST_HEADER_BYTES = 6;
/** The session in `FrameBuffer.words`. */
export const WORD_SESSION = 1;

/** Writes the header of a frame between cards; the body follows from `FABRIC_HEADER_BYTES` on. */
export function writeFabricHeader(
  frame: FrameBuffer,
  type: number,
  source: number,
  destination: number,
  hopsLeft: number,
  fabricId: number,
): void {
  const { words } = frame;
  words[WORD_TYPE] = (PROTOCOL_VERSION << 16) | (type << 24);
  words[WORD_WAY] = source | (destination << 8) | (hopsLeft << 16) | (fabricId << 24);
  words[WORD_FABRIC] = ((words[WORD_FABRIC] as number) & HIGHEST_BYTE) | (fabricId >>> 8);
}

/** Writes the header of a frame between a card and its host; the body follows from `HOST_HEADER_BYTES` on. */
export function writeHostHeader(frame: FrameBuffer, type: number, session: number): void {
  const { words } = frame;
  words[WORD_TYPE] = (PROTOCOL_VERSION << 16) | (type << 24);
  words[WORD_SESSION] = session;
}
