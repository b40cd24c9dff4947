import { MAX_MEMBERS } from "./constants.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES } from "./header.js";

/**
 * HELLO: heard u8, membersChecksum u32, routeCount u8, then for each route: card u8, cost u8, path u16.
 * It goes to the other end of a cable only. `heard` is the card that the sender hears there (0 none): a cable counts
 * only where both ends hear each other. `path` has a bit for each member, in the order of the member list, that a
 * frame would pass: who finds itself in a path does not take it, so no frame can circle.
 */
export class HelloFields {
  heard = 0;
  /** A checksum of the member list: paths of another list mean nothing. */
  membersChecksum = 0;
  routeCount = 0;
  readonly routeCards = new Uint8Array(MAX_MEMBERS);
  readonly routeCosts = new Uint8Array(MAX_MEMBERS);
  readonly routePaths = new Uint16Array(MAX_MEMBERS);

  /** Adds a route; the caller adds at most one a member. */
  addRoute(card: number, cost: number, path: number): void {
    this.routeCards[this.routeCount] = card;
    this.routeCosts[this.routeCount] = cost;
    this.routePaths[this.routeCount] = path;
    this.routeCount += 1;
  }
}

const BODY = FABRIC_HEADER_BYTES;
const OFFSET_MEMBERS_CHECKSUM = BODY + 1;
const OFFSET_ROUTE_COUNT = OFFSET_MEMBERS_CHECKSUM + 4;
const OFFSET_ROUTES = OFFSET_ROUTE_COUNT + 1;
const ROUTE_BYTES = 4;
export const MAX_HELLO_BYTES = OFFSET_ROUTES + MAX_MEMBERS * ROUTE_BYTES;

export function encodeHello(frame: FrameBuffer, from: HelloFields): void {
  const { bytes, view } = frame;
  const { routeCards, routeCosts, routeCount, routePaths } = from;
  bytes[BODY] = from.heard;
  view.setUint32(OFFSET_MEMBERS_CHECKSUM, from.membersChecksum, true);
  bytes[OFFSET_ROUTE_COUNT] = routeCount;
  let offset = OFFSET_ROUTES;
  for (let route = 0; route < routeCount; route += 1) {
    bytes[offset] = routeCards[route] as number;
    bytes[offset + 1] = routeCosts[route] as number;
    view.setUint16(offset + 2, routePaths[route] as number, true);
    offset += ROUTE_BYTES;
  }
  frame.length = offset;
}

/** @returns false, and changes nothing, where the length does not match the number of routes, or those are too many. */
export function decodeHello(frame: FrameBuffer, into: HelloFields): boolean {
  if (frame.length < OFFSET_ROUTES) return false;
  const routeCount = frame.bytes[OFFSET_ROUTE_COUNT] as number;
  if (routeCount > MAX_MEMBERS || frame.length !== OFFSET_ROUTES + routeCount * ROUTE_BYTES) return false;
  into.heard = frame.bytes[BODY] as number;
  into.membersChecksum = frame.view.getUint32(OFFSET_MEMBERS_CHECKSUM, true);
  // Without `addRoute`: XS takes as long for a call as for what it does here.
  const { bytes } = frame;
  const { routeCards, routeCosts, routePaths } = into;
  let offset = OFFSET_ROUTES;
  for (let route = 0; route < routeCount; route += 1) {
    routeCards[route] = bytes[offset] as number;
    routeCosts[route] = bytes[offset + 1] as number;
    routePaths[route] = (bytes[offset + 2] as number) | ((bytes[offset + 3] as number) << 8);
    offset += ROUTE_BYTES;
  }
  into.routeCount = routeCount;
  return true;
}
