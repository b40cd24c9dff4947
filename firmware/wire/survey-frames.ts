import { MAX_LINKS } from "./constants.js";
import { readUint64, readView, VIEW_BYTES, writeUint64, writeView } from "./fields.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { FABRIC_HEADER_BYTES, HOST_HEADER_BYTES } from "./header.js";
import { Uint64 } from "./uint64.js";

/**
 * What all cards of a fabric tell about themselves: HOST_SURVEY from a host to its card, QUERY from there to every
 * member, REPORT back, and a HOST_REPORT for each of them to the host. The bodies of both pairs are the same; only the
 * headers in front differ.
 */

/** In a HOST_REPORT: the card did not answer; nothing but its id counts. */
export const REPORT_FLAG_SILENT = 0x80;
/** In `freeWrites`: the card's store never has to erase, or the card is older than the field. */
export const FREE_WRITES_UNKNOWN = 0xffff_ffff;

const SURVEY_BYTES = 4;

/** HOST_SURVEY, QUERY: surveyId u32, the host's name for this survey. */
export function encodeHostSurvey(frame: FrameBuffer, surveyId: number): void {
  encodeSurveyAt(frame, surveyId, HOST_HEADER_BYTES);
}

export function encodeQuery(frame: FrameBuffer, surveyId: number): void {
  encodeSurveyAt(frame, surveyId, FABRIC_HEADER_BYTES);
}

/** @returns the survey's id, or -1 where the length is not that of a HOST_SURVEY. */
export function decodeHostSurvey(frame: FrameBuffer): number {
  return decodeSurveyAt(frame, HOST_HEADER_BYTES);
}

/** @returns the survey's id, or -1 where the length is not that of a QUERY. */
export function decodeQuery(frame: FrameBuffer): number {
  return decodeSurveyAt(frame, FABRIC_HEADER_BYTES);
}

function encodeSurveyAt(frame: FrameBuffer, surveyId: number, body: number): void {
  frame.view.setUint32(body, surveyId, true);
  frame.length = body + SURVEY_BYTES;
}

function decodeSurveyAt(frame: FrameBuffer, body: number): number {
  return frame.length === body + SURVEY_BYTES ? frame.view.getUint32(body, true) : -1;
}

/**
 * REPORT, HOST_REPORT: surveyId u32, expected u8, cardId u8, chipId u64, firmware u32, flags u8, state u8, view u40,
 * promised u40, primary u8, secondary u8, ceiling u64, held u64, uptimeMs u32, freeWrites u32, linkCount u8, then for
 * each link: neighbour u8, state u8, framesIn u32, framesOut u32, badFrames u32.
 */
export class ReportFields {
  surveyId = 0;
  /** Cards of which the host is told in this survey, each in one HOST_REPORT; 0 between cards. */
  expected = 0;
  cardId = 0;
  readonly chipId = new Uint64();
  /** `FIRMWARE_VERSION` of the card. */
  firmware = 0;
  /** CARD_FLAG_..., REPORT_FLAG_SILENT. */
  flags = 0;
  /** 0: numbers can be had, else a REFUSE_... code. */
  state = 0;
  view = 0;
  promised = 0;
  primary = 0;
  secondary = 0;
  /** What the card has in its own flash. */
  readonly ceiling = new Uint64();
  /** One above the newest number that the card holds; 0 where it holds none. */
  readonly held = new Uint64();
  uptimeMs = 0;
  /** Writes to flash before an erase is due, or FREE_WRITES_UNKNOWN. */
  freeWrites = 0;
  linkCount = 0;
  readonly neighbours = new Uint8Array(MAX_LINKS);
  readonly linkStates = new Uint8Array(MAX_LINKS);
  readonly framesIn = new Uint32Array(MAX_LINKS);
  readonly framesOut = new Uint32Array(MAX_LINKS);
  readonly badFrames = new Uint32Array(MAX_LINKS);

  /** Turns this into the report of a card that did not answer. */
  setSilent(cardId: number): void {
    this.cardId = cardId;
    this.chipId.set(0, 0);
    this.firmware = 0;
    this.flags = REPORT_FLAG_SILENT;
    this.state = 0;
    this.view = 0;
    this.promised = 0;
    this.primary = 0;
    this.secondary = 0;
    this.ceiling.set(0, 0);
    this.held.set(0, 0);
    this.uptimeMs = 0;
    this.freeWrites = FREE_WRITES_UNKNOWN;
    this.linkCount = 0;
  }
}

/** Offsets from the begin of the body. */
const AT_EXPECTED = 4;
const AT_CARD = 5;
const AT_CHIP = 6;
const AT_FIRMWARE = 14;
const AT_FLAGS = 18;
const AT_STATE = 19;
const AT_VIEW = 20;
const AT_PROMISED = AT_VIEW + VIEW_BYTES;
const AT_PRIMARY = AT_PROMISED + VIEW_BYTES;
const AT_SECONDARY = AT_PRIMARY + 1;
const AT_CEILING = AT_SECONDARY + 1;
const AT_HELD = AT_CEILING + 8;
const AT_UPTIME = AT_HELD + 8;
const AT_FREE_WRITES = AT_UPTIME + 4;
const AT_LINK_COUNT = AT_FREE_WRITES + 4;
const AT_LINKS = AT_LINK_COUNT + 1;
const LINK_BYTES = 14;

export function encodeReport(frame: FrameBuffer, from: ReportFields): void {
  encodeReportAt(frame, from, FABRIC_HEADER_BYTES);
}

export function encodeHostReport(frame: FrameBuffer, from: ReportFields): void {
  encodeReportAt(frame, from, HOST_HEADER_BYTES);
}

/** @returns false, and changes nothing, where the length does not match the number of links, or those are too many. */
export function decodeReport(frame: FrameBuffer, into: ReportFields): boolean {
  return decodeReportAt(frame, into, FABRIC_HEADER_BYTES);
}

/** @returns false, and changes nothing, where the length does not match the number of links, or those are too many. */
export function decodeHostReport(frame: FrameBuffer, into: ReportFields): boolean {
  return decodeReportAt(frame, into, HOST_HEADER_BYTES);
}

function encodeReportAt(frame: FrameBuffer, from: ReportFields, body: number): void {
  const { bytes, view } = frame;
  view.setUint32(body, from.surveyId, true);
  bytes[body + AT_EXPECTED] = from.expected;
  bytes[body + AT_CARD] = from.cardId;
  writeUint64(view, body + AT_CHIP, from.chipId);
  view.setUint32(body + AT_FIRMWARE, from.firmware, true);
  bytes[body + AT_FLAGS] = from.flags;
  bytes[body + AT_STATE] = from.state;
  writeView(view, body + AT_VIEW, from.view);
  writeView(view, body + AT_PROMISED, from.promised);
  bytes[body + AT_PRIMARY] = from.primary;
  bytes[body + AT_SECONDARY] = from.secondary;
  writeUint64(view, body + AT_CEILING, from.ceiling);
  writeUint64(view, body + AT_HELD, from.held);
  view.setUint32(body + AT_UPTIME, from.uptimeMs, true);
  view.setUint32(body + AT_FREE_WRITES, from.freeWrites, true);
  bytes[body + AT_LINK_COUNT] = from.linkCount;
  let offset = body + AT_LINKS;
  for (let index = 0; index < from.linkCount; index += 1) {
    bytes[offset] = from.neighbours[index] as number;
    bytes[offset + 1] = from.linkStates[index] as number;
    view.setUint32(offset + 2, from.framesIn[index] as number, true);
    view.setUint32(offset + 6, from.framesOut[index] as number, true);
    view.setUint32(offset + 10, from.badFrames[index] as number, true);
    offset += LINK_BYTES;
  }
  frame.length = offset;
}

function decodeReportAt(frame: FrameBuffer, into: ReportFields, body: number): boolean {
  const { bytes, view } = frame;
  if (frame.length < body + AT_LINKS) return false;
  const linkCount = bytes[body + AT_LINK_COUNT] as number;
  if (linkCount > MAX_LINKS || frame.length !== body + AT_LINKS + linkCount * LINK_BYTES) return false;
  into.surveyId = view.getUint32(body, true);
  into.expected = bytes[body + AT_EXPECTED] as number;
  into.cardId = bytes[body + AT_CARD] as number;
  readUint64(view, body + AT_CHIP, into.chipId);
  into.firmware = view.getUint32(body + AT_FIRMWARE, true);
  into.flags = bytes[body + AT_FLAGS] as number;
  into.state = bytes[body + AT_STATE] as number;
  into.view = readView(view, body + AT_VIEW);
  into.promised = readView(view, body + AT_PROMISED);
  into.primary = bytes[body + AT_PRIMARY] as number;
  into.secondary = bytes[body + AT_SECONDARY] as number;
  readUint64(view, body + AT_CEILING, into.ceiling);
  readUint64(view, body + AT_HELD, into.held);
  into.uptimeMs = view.getUint32(body + AT_UPTIME, true);
  into.freeWrites = view.getUint32(body + AT_FREE_WRITES, true);
  into.linkCount = linkCount;
  let offset = body + AT_LINKS;
  for (let index = 0; index < linkCount; index += 1) {
    into.neighbours[index] = bytes[offset] as number;
    into.linkStates[index] = bytes[offset + 1] as number;
    into.framesIn[index] = view.getUint32(offset + 2, true);
    into.framesOut[index] = view.getUint32(offset + 6, true);
    into.badFrames[index] = view.getUint32(offset + 10, true);
    offset += LINK_BYTES;
  }
  return true;
}
