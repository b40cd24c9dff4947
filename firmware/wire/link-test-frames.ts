import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES, HOST_HEADER_BYTES } from "./header.js";

/**
 * Tests of one cable at another rate: HOST_LINK_TEST from a host to its card, LINK_TEST from there to the other end of the
 * cable, LINK_TEST_REPLY back. Then both ends change their rate for a while, and go back by themselves. HOST_LINK_TEST_RESULT
 * tells the host of the begin and of the end.
 */

/** Both ends are at their configured rates; also where only the limits were asked for. */
export const LINK_TEST_DONE = 0;
/** Both ends are at the rate that was asked for. */
export const LINK_TEST_BEGUN = 1;
/** The port cannot change its rate. */
export const LINK_TEST_FIXED = 2;
/** The rate is above the board's limit, or below what the protocol allows. */
export const LINK_TEST_BAD_BAUD = 3;
/** The card has no such cable; the trunk is none. */
export const LINK_TEST_NO_CABLE = 4;
/** A cable is under test at this card. */
export const LINK_TEST_BUSY = 5;
/** The card is no member of a fabric. */
export const LINK_TEST_NO_MEMBER = 6;
/** The other end did not answer. */
export const LINK_TEST_NO_REPLY = 7;
/** The duration is out of range. */
export const LINK_TEST_BAD_DURATION = 8;
/** Other cards have had all the tests that a card gives them for now. */
export const LINK_TEST_RESTS = 9;

/** LINK_TEST: tag u32, baud u32, durationMs u16. HOST_LINK_TEST: tag u32, link u8, baud u32, durationMs u16. */
export class LinkTestFields {
  tag = 0;
  /** Bits a second. */
  baud = 0;
  /** How long, 1 to `MAX_LINK_TEST_MS`; 0: the limits are asked for, and nothing is changed. */
  durationMs = 0;
}

const LINK_TEST_BYTES = FABRIC_HEADER_BYTES + 10;

export function encodeLinkTest(frame: FrameBuffer, from: LinkTestFields): void {
  const { view } = frame;
  view.setUint32(FABRIC_HEADER_BYTES, from.tag, true);
  view.setUint32(FABRIC_HEADER_BYTES + 4, from.baud, true);
  view.setUint16(FABRIC_HEADER_BYTES + 8, from.durationMs, true);
  frame.length = LINK_TEST_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a LINK_TEST. */
export function decodeLinkTest(frame: FrameBuffer, into: LinkTestFields): boolean {
  if (frame.length !== LINK_TEST_BYTES) return false;
  into.tag = frame.view.getUint32(FABRIC_HEADER_BYTES, true);
  into.baud = frame.view.getUint32(FABRIC_HEADER_BYTES + 4, true);
  into.durationMs = frame.view.getUint16(FABRIC_HEADER_BYTES + 8, true);
  return true;
}

export class HostLinkTestFields extends LinkTestFields {
  /** The cable, from 0. */
  link = 0;
}

const HOST_LINK_TEST_BYTES = HOST_HEADER_BYTES + 11;

export function encodeHostLinkTest(frame: FrameBuffer, from: HostLinkTestFields): void {
  const { view } = frame;
  view.setUint32(HOST_HEADER_BYTES, from.tag, true);
  view.setUint8(HOST_HEADER_BYTES + 4, from.link);
  view.setUint32(HOST_HEADER_BYTES + 5, from.baud, true);
  view.setUint16(HOST_HEADER_BYTES + 9, from.durationMs, true);
  frame.length = HOST_LINK_TEST_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a HOST_LINK_TEST. */
export function decodeHostLinkTest(frame: FrameBuffer, into: HostLinkTestFields): boolean {
  if (frame.length !== HOST_LINK_TEST_BYTES) return false;
  into.tag = frame.view.getUint32(HOST_HEADER_BYTES, true);
  into.link = frame.view.getUint8(HOST_HEADER_BYTES + 4);
  into.baud = frame.view.getUint32(HOST_HEADER_BYTES + 5, true);
  into.durationMs = frame.view.getUint16(HOST_HEADER_BYTES + 9, true);
  return true;
}

/** LINK_TEST_REPLY: tag u32, code u8, configuredBaud u32, maxBaud u32. */
export class LinkTestReplyFields {
  tag = 0;
  /** LINK_TEST_DONE and so on. */
  code = 0;
  /** Of the sender's port, in bits a second; 0 where it cannot be changed. */
  configuredBaud = 0;
  maxBaud = 0;
}

const LINK_TEST_REPLY_BYTES = FABRIC_HEADER_BYTES + 13;

export function encodeLinkTestReply(frame: FrameBuffer, from: LinkTestReplyFields): void {
  const { view } = frame;
  view.setUint32(FABRIC_HEADER_BYTES, from.tag, true);
  view.setUint8(FABRIC_HEADER_BYTES + 4, from.code);
  view.setUint32(FABRIC_HEADER_BYTES + 5, from.configuredBaud, true);
  view.setUint32(FABRIC_HEADER_BYTES + 9, from.maxBaud, true);
  frame.length = LINK_TEST_REPLY_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a LINK_TEST_REPLY. */
export function decodeLinkTestReply(frame: FrameBuffer, into: LinkTestReplyFields): boolean {
  if (frame.length !== LINK_TEST_REPLY_BYTES) return false;
  into.tag = frame.view.getUint32(FABRIC_HEADER_BYTES, true);
  into.code = frame.view.getUint8(FABRIC_HEADER_BYTES + 4);
  into.configuredBaud = frame.view.getUint32(FABRIC_HEADER_BYTES + 5, true);
  into.maxBaud = frame.view.getUint32(FABRIC_HEADER_BYTES + 9, true);
  return true;
}

/** HOST_LINK_TEST_RESULT: tag u32, code u8, card u8, configuredBaud u32, maxBaud u32. */
export class HostLinkTestResultFields extends LinkTestReplyFields {
  /** Whose word the code is: the asked card's, or that of the one at the other end. */
  card = 0;
}

const HOST_LINK_TEST_RESULT_BYTES = HOST_HEADER_BYTES + 14;

export function encodeHostLinkTestResult(frame: FrameBuffer, from: HostLinkTestResultFields): void {
  const { view } = frame;
  view.setUint32(HOST_HEADER_BYTES, from.tag, true);
  view.setUint8(HOST_HEADER_BYTES + 4, from.code);
  view.setUint8(HOST_HEADER_BYTES + 5, from.card);
  view.setUint32(HOST_HEADER_BYTES + 6, from.configuredBaud, true);
  view.setUint32(HOST_HEADER_BYTES + 10, from.maxBaud, true);
  frame.length = HOST_LINK_TEST_RESULT_BYTES;
}

/** @returns false, and changes nothing, where the length is not that of a HOST_LINK_TEST_RESULT. */
export function decodeHostLinkTestResult(frame: FrameBuffer, into: HostLinkTestResultFields): boolean {
  if (frame.length !== HOST_LINK_TEST_RESULT_BYTES) return false;
  into.tag = frame.view.getUint32(HOST_HEADER_BYTES, true);
  into.code = frame.view.getUint8(HOST_HEADER_BYTES + 4);
  into.card = frame.view.getUint8(HOST_HEADER_BYTES + 5);
  into.configuredBaud = frame.view.getUint32(HOST_HEADER_BYTES + 6, true);
  into.maxBaud = frame.view.getUint32(HOST_HEADER_BYTES + 10, true);
  return true;
}
