import { VIEW_BYTES, viewOfWords, viewToWords } from "./fields.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES } from "./header.js";
import { Uint64 } from "./uint64.js";

/** The frames that keep a primary primary: BEACON from it to every member, BEACON_ACK back. */
const BODY = FABRIC_HEADER_BYTES;

/** Behind the view, in `FrameBuffer.words`: the sequence number, and the ceiling's halves. */
export const WORD_SEQUENCE = 4;
export const WORD_CEILING_LOW = 5;
export const WORD_CEILING_HIGH = 6;
/** Of a BEACON the window and, above it, the state; of a BEACON_ACK the flags. */
export const WORD_LEASE_END = 7;

/** BEACON: view u40, sequence u32, ceiling u64, window u8, state u8. What else there is of the view, its ACCEPT has told. */
export class BeaconFields {
  view = 0;
  sequence = 0;
  readonly ceiling = new Uint64();
  /** The window by which the ceiling was moved there, as a power of two. */
  windowLog2 = 0;
  /** 0: the primary assigns numbers, else a REFUSE_... code that says why it does not. */
  state = 0;
}

export const BEACON_BYTES = BODY + VIEW_BYTES + 14;

export function encodeBeacon(frame: FrameBuffer, from: BeaconFields): void {
  const { words } = frame;
  viewToWords(words, from.view);
  words[WORD_SEQUENCE] = from.sequence;
  words[WORD_CEILING_LOW] = from.ceiling.low;
  words[WORD_CEILING_HIGH] = from.ceiling.high;
  words[WORD_LEASE_END] = from.windowLog2 | (from.state << 8);
  frame.length = BEACON_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a BEACON. */
export function decodeBeacon(frame: FrameBuffer, into: BeaconFields): boolean {
  if (frame.length !== BEACON_BYTES) return false;
  const { words } = frame;
  const { ceiling } = into;
  into.view = viewOfWords(words);
  into.sequence = (words[WORD_SEQUENCE] as number) >>> 0;
  ceiling.low = (words[WORD_CEILING_LOW] as number) >>> 0;
  ceiling.high = (words[WORD_CEILING_HIGH] as number) >>> 0;
  const end = words[WORD_LEASE_END] as number;
  into.windowLog2 = end & 0xff;
  into.state = (end >> 8) & 0xff;
  return true;
}

/** In BEACON_ACK: the card was restarted inside this view and holds nothing of it in memory. */
export const ACK_FLAG_COLD = 1;
/** In BEACON_ACK: few writes are left before the card has to erase, so it should hold no role. */
export const ACK_FLAG_LOW = 2;

/** BEACON_ACK: view u40, sequence u32, ceiling u64 (what the sender has in flash), flags u8. */
export class BeaconAckFields {
  view = 0;
  sequence = 0;
  readonly ceiling = new Uint64();
  flags = 0;
}

export const BEACON_ACK_BYTES = BODY + VIEW_BYTES + 13;

export function encodeBeaconAck(
  frame: FrameBuffer,
  view: number,
  sequence: number,
  ceiling: Uint64,
  flags: number,
): void {
  const { words } = frame;
  viewToWords(words, view);
  words[WORD_SEQUENCE] = sequence;
  words[WORD_CEILING_LOW] = ceiling.low;
  words[WORD_CEILING_HIGH] = ceiling.high;
  words[WORD_LEASE_END] = flags;
  frame.length = BEACON_ACK_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a BEACON_ACK. */
export function decodeBeaconAck(frame: FrameBuffer, into: BeaconAckFields): boolean {
  if (frame.length !== BEACON_ACK_BYTES) return false;
  const { words } = frame;
  const { ceiling } = into;
  into.view = viewOfWords(words);
  into.sequence = (words[WORD_SEQUENCE] as number) >>> 0;
  ceiling.low = (words[WORD_CEILING_LOW] as number) >>> 0;
  ceiling.high = (words[WORD_CEILING_HIGH] as number) >>> 0;
  into.flags = (words[WORD_LEASE_END] as number) & 0xff;
  return true;
}
