import { MAX_LINKS, MAX_MEMBERS } from "./constants.js";
import { COUNTER_NAMES } from "./counter-names.js";
import { readUint64, readView, VIEW_BYTES, writeUint64, writeView } from "./fields.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { HOST_HEADER_BYTES } from "./header.js";
import { encodeMembers, endsWithMembers, MemberFields, readMembers } from "./member-entries.js";
import { Uint64 } from "./uint64.js";

/** What a card tells about itself: HOST_STATUS, HOST_LINKS and HOST_COUNTERS, in this order, answer HOST_STATUS_REQUEST. */
const BODY = HOST_HEADER_BYTES;

/**
 * HOST_STATUS: cardId u8, fabricId u32, chipId u64, promised u40, view u40, primary u8, secondary u8, base u64,
 * ceiling u64, quorumCeiling u64, held u64, state u8, flags u8, leaseLeftUs u32, uptimeMs u32, incarnation u32, then the
 * member list.
 */
export class HostStatusFields extends MemberFields {
  cardId = 0;
  fabricId = 0;
  readonly chipId = new Uint64();
  /** The highest view that the card has promised to. */
  promised = 0;
  view = 0;
  primary = 0;
  secondary = 0;
  readonly base = new Uint64();
  /** What this card has in its own flash. */
  readonly ceiling = new Uint64();
  /** What a quorum has acknowledged; the primary knows it, others say 0. */
  readonly quorumCeiling = new Uint64();
  /** One above the newest number that this card holds; 0 where it holds none. */
  readonly held = new Uint64();
  /** 0: numbers can be had, else a REFUSE_... code. */
  state = 0;
  /** CARD_FLAG_... */
  flags = 0;
  leaseLeftUs = 0;
  uptimeMs = 0;
  /** What this card drew when it was initialised. */
  incarnation = 0;
}

const OFFSET_PROMISED = BODY + 13;
const OFFSET_ROLES = OFFSET_PROMISED + 2 * VIEW_BYTES;
const OFFSET_NUMBERS = OFFSET_ROLES + 2;
const OFFSET_STATE = OFFSET_NUMBERS + 4 * 8;
const OFFSET_MEMBERS = OFFSET_STATE + 14;

export function encodeHostStatus(frame: FrameBuffer, from: HostStatusFields): void {
  const { bytes, view } = frame;
  bytes[BODY] = from.cardId;
  view.setUint32(BODY + 1, from.fabricId, true);
  writeUint64(view, BODY + 5, from.chipId);
  writeView(view, OFFSET_PROMISED, from.promised);
  writeView(view, OFFSET_PROMISED + VIEW_BYTES, from.view);
  bytes[OFFSET_ROLES] = from.primary;
  bytes[OFFSET_ROLES + 1] = from.secondary;
  writeUint64(view, OFFSET_NUMBERS, from.base);
  writeUint64(view, OFFSET_NUMBERS + 8, from.ceiling);
  writeUint64(view, OFFSET_NUMBERS + 16, from.quorumCeiling);
  writeUint64(view, OFFSET_NUMBERS + 24, from.held);
  bytes[OFFSET_STATE] = from.state;
  bytes[OFFSET_STATE + 1] = from.flags;
  view.setUint32(OFFSET_STATE + 2, from.leaseLeftUs, true);
  view.setUint32(OFFSET_STATE + 6, from.uptimeMs, true);
  view.setUint32(OFFSET_STATE + 10, from.incarnation, true);
  encodeMembers(frame, OFFSET_MEMBERS, from);
}

/** @returns false, and changes nothing, where the length does not match the member list. */
export function decodeHostStatus(frame: FrameBuffer, into: HostStatusFields): boolean {
  const { bytes, view } = frame;
  if (!endsWithMembers(frame, OFFSET_MEMBERS)) return false;
  into.cardId = bytes[BODY] as number;
  into.fabricId = view.getUint32(BODY + 1, true);
  readUint64(view, BODY + 5, into.chipId);
  into.promised = readView(view, OFFSET_PROMISED);
  into.view = readView(view, OFFSET_PROMISED + VIEW_BYTES);
  into.primary = bytes[OFFSET_ROLES] as number;
  into.secondary = bytes[OFFSET_ROLES + 1] as number;
  readUint64(view, OFFSET_NUMBERS, into.base);
  readUint64(view, OFFSET_NUMBERS + 8, into.ceiling);
  readUint64(view, OFFSET_NUMBERS + 16, into.quorumCeiling);
  readUint64(view, OFFSET_NUMBERS + 24, into.held);
  into.state = bytes[OFFSET_STATE] as number;
  into.flags = bytes[OFFSET_STATE + 1] as number;
  into.leaseLeftUs = view.getUint32(OFFSET_STATE + 2, true);
  into.uptimeMs = view.getUint32(OFFSET_STATE + 6, true);
  into.incarnation = view.getUint32(OFFSET_STATE + 10, true);
  readMembers(frame, OFFSET_MEMBERS, into);
  return true;
}

/** State of a cable as a card sees it. */
export const LINK_DEAD = 0;
/** Heard lately, but not just now; or the other end does not hear this card. */
export const LINK_STALE = 1;
export const LINK_ALIVE = 2;
/** Added to the state of a link that is no cable, but the trunk that a host lends. */
export const LINK_TRUNK = 4;

/**
 * HOST_LINKS: linkCount u8, routeCount u8, then for each link: neighbour u8, state u8, framesIn u32, framesOut u32,
 * badFrames u32, dropped u32; then for each route: card u8, link u8, cost u8.
 */
export class HostLinksFields {
  linkCount = 0;
  readonly neighbours = new Uint8Array(MAX_LINKS);
  readonly states = new Uint8Array(MAX_LINKS);
  readonly framesIn = new Uint32Array(MAX_LINKS);
  readonly framesOut = new Uint32Array(MAX_LINKS);
  readonly badFrames = new Uint32Array(MAX_LINKS);
  /** Frames that found the send buffer full. */
  readonly dropped = new Uint32Array(MAX_LINKS);
  routeCount = 0;
  readonly routeCards = new Uint8Array(MAX_MEMBERS);
  readonly routeLinks = new Uint8Array(MAX_MEMBERS);
  readonly routeCosts = new Uint8Array(MAX_MEMBERS);
}

const OFFSET_LINKS = BODY + 2;
const LINK_BYTES = 18;
const ROUTE_BYTES = 3;

export function encodeHostLinks(frame: FrameBuffer, from: HostLinksFields): void {
  const { bytes, view } = frame;
  bytes[BODY] = from.linkCount;
  bytes[BODY + 1] = from.routeCount;
  let offset = OFFSET_LINKS;
  for (let index = 0; index < from.linkCount; index += 1) {
    bytes[offset] = from.neighbours[index] as number;
    bytes[offset + 1] = from.states[index] as number;
    view.setUint32(offset + 2, from.framesIn[index] as number, true);
    view.setUint32(offset + 6, from.framesOut[index] as number, true);
    view.setUint32(offset + 10, from.badFrames[index] as number, true);
    view.setUint32(offset + 14, from.dropped[index] as number, true);
    offset += LINK_BYTES;
  }
  for (let index = 0; index < from.routeCount; index += 1) {
    bytes[offset] = from.routeCards[index] as number;
    bytes[offset + 1] = from.routeLinks[index] as number;
    bytes[offset + 2] = from.routeCosts[index] as number;
    offset += ROUTE_BYTES;
  }
  frame.length = offset;
}

/** @returns false, and changes nothing, where the length does not match the numbers of links and routes. */
export function decodeHostLinks(frame: FrameBuffer, into: HostLinksFields): boolean {
  const { bytes, view } = frame;
  if (frame.length < OFFSET_LINKS) return false;
  const linkCount = bytes[BODY] as number;
  const routeCount = bytes[BODY + 1] as number;
  if (linkCount > MAX_LINKS || routeCount > MAX_MEMBERS) return false;
  if (frame.length !== OFFSET_LINKS + linkCount * LINK_BYTES + routeCount * ROUTE_BYTES) return false;
  into.linkCount = linkCount;
  into.routeCount = routeCount;
  let offset = OFFSET_LINKS;
  for (let index = 0; index < linkCount; index += 1) {
    into.neighbours[index] = bytes[offset] as number;
    into.states[index] = bytes[offset + 1] as number;
    into.framesIn[index] = view.getUint32(offset + 2, true);
    into.framesOut[index] = view.getUint32(offset + 6, true);
    into.badFrames[index] = view.getUint32(offset + 10, true);
    into.dropped[index] = view.getUint32(offset + 14, true);
    offset += LINK_BYTES;
  }
  for (let index = 0; index < routeCount; index += 1) {
    into.routeCards[index] = bytes[offset] as number;
    into.routeLinks[index] = bytes[offset + 1] as number;
    into.routeCosts[index] = bytes[offset + 2] as number;
    offset += ROUTE_BYTES;
  }
  return true;
}

/** HOST_COUNTERS: count u8, then a u32 for each name of `COUNTER_NAMES`; they wrap at 2^32. */
export function encodeHostCounters(frame: FrameBuffer, values: Uint32Array): void {
  frame.bytes[BODY] = COUNTER_NAMES.length;
  for (let index = 0; index < COUNTER_NAMES.length; index += 1) {
    frame.view.setUint32(BODY + 1 + 4 * index, values[index] as number, true);
  }
  frame.length = BODY + 1 + 4 * COUNTER_NAMES.length;
}

/** @returns false, and changes nothing, where the frame does not hold a value for each name. */
export function decodeHostCounters(frame: FrameBuffer, into: Uint32Array): boolean {
  if (frame.length !== BODY + 1 + 4 * COUNTER_NAMES.length || frame.bytes[BODY] !== COUNTER_NAMES.length) {
    return false;
  }
  for (let index = 0; index < COUNTER_NAMES.length; index += 1) {
    into[index] = frame.view.getUint32(BODY + 1 + 4 * index, true);
  }
  return true;
}
