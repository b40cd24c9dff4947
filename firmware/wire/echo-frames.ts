import { MAX_PAYLOAD_BYTES } from "./constants.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES, HOST_HEADER_BYTES } from "./header.js";

/**
 * Echoes over one cable: HOST_ECHO from a host to its card, ECHO from there to the other end of the cable, ECHO_REPLY with
 * the same payload back, and HOST_ECHO_RESULT to the host. They change nothing but the counts of frames.
 */

/** What the payload of an echo is made of. Each finds other cables bad. */
export const ECHO_ZEROS = 0;
/** All bits set: long spells without an edge. */
export const ECHO_ONES = 1;
/** 0x55: an edge at each bit. */
export const ECHO_ALTERNATING = 2;
export const ECHO_COUNTING = 3;
/** Looks random, and is the same at every card. */
export const ECHO_RANDOM = 4;
export const ECHO_PATTERNS = 5;

/** What came of an echo. */
export const ECHO_BACK = 0;
/** Nothing came back in time: lost or garbled, there or back. */
export const ECHO_LOST = 1;
/** It came back with another payload, under a checksum that was right. */
export const ECHO_CHANGED = 2;
/** As many as a card takes are under way. */
export const ECHO_BUSY = 3;
/** The card has no such cable; the trunk is none. */
export const ECHO_NO_CABLE = 4;
/** The cable's send buffer is full. */
export const ECHO_NO_ROOM = 5;
/** Pattern, payload or wait out of range. */
export const ECHO_BAD = 6;
/** The card is no member of a fabric. */
export const ECHO_NO_MEMBER = 7;
/** The cable's rate was changed, or is about to be: it says nothing of the cable. */
export const ECHO_CUT = 8;

const OFFSET_TAG = FABRIC_HEADER_BYTES;
const OFFSET_PAYLOAD = OFFSET_TAG + 4;
/** Bytes of the longest payload of an echo: with them its frame is as long as a frame can be. */
export const MAX_ECHO_BYTES = MAX_PAYLOAD_BYTES - OFFSET_PAYLOAD;

const WORD_BYTES = 4;
/** The generator of the example in the C standard; its upper bits look random enough. */
const RANDOM_FACTOR = 1_103_515_245;
const RANDOM_STEP = 12_345;

/** ECHO, ECHO_REPLY: tag u32, then the payload, which ends where the frame ends. Writes the tag alone. */
export function writeEchoTag(frame: FrameBuffer, tag: number): void {
  frame.view.setUint32(OFFSET_TAG, tag, true);
}

/** @returns the tag of an ECHO or ECHO_REPLY, or -1 where it is too short to have one. */
export function readEchoTag(frame: FrameBuffer): number {
  return frame.length < OFFSET_PAYLOAD ? -1 : frame.view.getUint32(OFFSET_TAG, true);
}

/** Writes the payload of an ECHO: `payloadBytes`, 0 to `MAX_ECHO_BYTES`, of ECHO_ZEROS and so on. */
export function fillEcho(frame: FrameBuffer, pattern: number, payloadBytes: number): void {
  const { bytes } = frame;
  let random = 1;
  for (let index = 0; index < payloadBytes; index += 1) {
    random = (Math.imul(random, RANDOM_FACTOR) + RANDOM_STEP) | 0;
    bytes[OFFSET_PAYLOAD + index] = patternByte(pattern, index, random);
  }
  frame.length = OFFSET_PAYLOAD + payloadBytes;
}

function patternByte(pattern: number, index: number, random: number): number {
  switch (pattern) {
    case ECHO_ZEROS:
      return 0;
    case ECHO_ONES:
      return 0xff;
    case ECHO_ALTERNATING:
      return 0x55;
    case ECHO_COUNTING:
      return index;
    default:
      return random >>> 24;
  }
}

/** @returns whether two echoes have the same payload. Their headers and tags may differ. */
export function hasSamePayload(frame: FrameBuffer, other: FrameBuffer): boolean {
  const { length } = frame;
  if (length !== other.length) return false;
  let offset = OFFSET_PAYLOAD;
  // Four bytes at a time: in XS each access takes as long as several sums.
  for (; offset + WORD_BYTES <= length; offset += WORD_BYTES) {
    if (frame.view.getInt32(offset) !== other.view.getInt32(offset)) return false;
  }
  for (; offset < length; offset += 1) if (frame.bytes[offset] !== other.bytes[offset]) return false;
  return true;
}

/** HOST_ECHO: tag u32, link u8, pattern u8, payloadBytes u8, waitMs u16. */
export class HostEchoFields {
  /** The host's name for the echo. */
  tag = 0;
  /** The cable, from 0. */
  link = 0;
  /** ECHO_ZEROS and so on. */
  pattern = 0;
  /** 0 to `MAX_ECHO_BYTES`. */
  payloadBytes = 0;
  /** How long the card is to wait for the reply, 1 to `MAX_ECHO_WAIT_MS`. */
  waitMs = 0;

  copy(other: HostEchoFields): void {
    this.tag = other.tag;
    this.link = other.link;
    this.pattern = other.pattern;
    this.payloadBytes = other.payloadBytes;
    this.waitMs = other.waitMs;
  }
}

const HOST_ECHO_BYTES = HOST_HEADER_BYTES + 9;

export function encodeHostEcho(frame: FrameBuffer, from: HostEchoFields): void {
  const { bytes, view } = frame;
  view.setUint32(HOST_HEADER_BYTES, from.tag, true);
  bytes[HOST_HEADER_BYTES + 4] = from.link;
  bytes[HOST_HEADER_BYTES + 5] = from.pattern;
  bytes[HOST_HEADER_BYTES + 6] = from.payloadBytes;
  view.setUint16(HOST_HEADER_BYTES + 7, from.waitMs, true);
  frame.length = HOST_ECHO_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a HOST_ECHO. */
export function decodeHostEcho(frame: FrameBuffer, into: HostEchoFields): boolean {
  if (frame.length !== HOST_ECHO_BYTES) return false;
  const { bytes, view } = frame;
  into.tag = view.getUint32(HOST_HEADER_BYTES, true);
  into.link = bytes[HOST_HEADER_BYTES + 4] as number;
  into.pattern = bytes[HOST_HEADER_BYTES + 5] as number;
  into.payloadBytes = bytes[HOST_HEADER_BYTES + 6] as number;
  into.waitMs = view.getUint16(HOST_HEADER_BYTES + 7, true);
  return true;
}

/** HOST_ECHO_RESULT: tag u32, code u8, roundTripUs u32. */
export class HostEchoResultFields {
  tag = 0;
  /** ECHO_BACK and so on. */
  code = 0;
  /** From the send to the reply, by the clock of the card that asked; 0 where nothing came back. */
  roundTripUs = 0;
}

const HOST_ECHO_RESULT_BYTES = HOST_HEADER_BYTES + 9;

export function encodeHostEchoResult(
  frame: FrameBuffer,
  tag: number,
  code: number,
  roundTripUs: number,
): void {
  frame.view.setUint32(HOST_HEADER_BYTES, tag, true);
  frame.bytes[HOST_HEADER_BYTES + 4] = code;
  frame.view.setUint32(HOST_HEADER_BYTES + 5, roundTripUs, true);
  frame.length = HOST_ECHO_RESULT_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a HOST_ECHO_RESULT. */
export function decodeHostEchoResult(frame: FrameBuffer, into: HostEchoResultFields): boolean {
  if (frame.length !== HOST_ECHO_RESULT_BYTES) return false;
  into.tag = frame.view.getUint32(HOST_HEADER_BYTES, true);
  into.code = frame.bytes[HOST_HEADER_BYTES + 4] as number;
  into.roundTripUs = frame.view.getUint32(HOST_HEADER_BYTES + 5, true);
  return true;
}
