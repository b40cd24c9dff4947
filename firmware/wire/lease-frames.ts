import { readUint64, readView, VIEW_BYTES, writeUint64, writeView } from "./fields.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES } from "./header.js";
import { Uint64 } from "./uint64.js";

/** The frames that keep a primary primary: BEACON from it to every member, BEACON_ACK back. */
const BODY = FABRIC_HEADER_BYTES;

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

const OFFSET_SEQUENCE = BODY + VIEW_BYTES;
const OFFSET_CEILING = OFFSET_SEQUENCE + 4;
const OFFSET_WINDOW = OFFSET_CEILING + 8;
const OFFSET_STATE = OFFSET_WINDOW + 1;
const BEACON_BYTES = OFFSET_STATE + 1;

export function encodeBeacon(frame: FrameBuffer, from: BeaconFields): void {
  writeView(frame.view, BODY, from.view);
  frame.view.setUint32(OFFSET_SEQUENCE, from.sequence, true);
  writeUint64(frame.view, OFFSET_CEILING, from.ceiling);
  frame.bytes[OFFSET_WINDOW] = from.windowLog2;
  frame.bytes[OFFSET_STATE] = from.state;
  frame.length = BEACON_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a BEACON. */
export function decodeBeacon(frame: FrameBuffer, into: BeaconFields): boolean {
  if (frame.length !== BEACON_BYTES) return false;
  into.view = readView(frame.view, BODY);
  into.sequence = frame.view.getUint32(OFFSET_SEQUENCE, true);
  readUint64(frame.view, OFFSET_CEILING, into.ceiling);
  into.windowLog2 = frame.bytes[OFFSET_WINDOW] as number;
  into.state = frame.bytes[OFFSET_STATE] as number;
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

const OFFSET_ACK_SEQUENCE = BODY + VIEW_BYTES;
const OFFSET_ACK_CEILING = OFFSET_ACK_SEQUENCE + 4;
const OFFSET_ACK_FLAGS = OFFSET_ACK_CEILING + 8;
const BEACON_ACK_BYTES = OFFSET_ACK_FLAGS + 1;

export function encodeBeaconAck(
  frame: FrameBuffer,
  view: number,
  sequence: number,
  ceiling: Uint64,
  flags: number,
): void {
  writeView(frame.view, BODY, view);
  frame.view.setUint32(OFFSET_ACK_SEQUENCE, sequence, true);
  writeUint64(frame.view, OFFSET_ACK_CEILING, ceiling);
  frame.bytes[OFFSET_ACK_FLAGS] = flags;
  frame.length = BEACON_ACK_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a BEACON_ACK. */
export function decodeBeaconAck(frame: FrameBuffer, into: BeaconAckFields): boolean {
  if (frame.length !== BEACON_ACK_BYTES) return false;
  into.view = readView(frame.view, BODY);
  into.sequence = frame.view.getUint32(OFFSET_ACK_SEQUENCE, true);
  readUint64(frame.view, OFFSET_ACK_CEILING, into.ceiling);
  into.flags = frame.bytes[OFFSET_ACK_FLAGS] as number;
  return true;
}
