import { ERASED_BYTE, type FlashGeometry } from "../../firmware/storage/flash.js";
import type { Timing } from "../../firmware/wire/constants.js";
import type { Uint64 } from "../../firmware/wire/uint64.js";
import {
  ANSWER_HEADER_BYTES,
  FLASH_PROGRAM,
  MAX_PIECE_BYTES,
  OFFSET_BIT_RATE,
  OFFSET_CHIP_ID,
  OFFSET_FLASH_BYTES,
  OFFSET_LINK_COUNT,
  OFFSET_MAX_BIT_RATE,
  OFFSET_PAGE_BYTES,
  OFFSET_PAGE_COUNT,
  OFFSET_PAGES,
  OFFSET_SECTOR_BYTES,
  OFFSET_SECTOR_COUNT,
  OFFSET_SEED,
  OFFSET_TIMING,
  OP_BOOT,
  OP_TURN,
  OPERATION_HEADER_BYTES,
  PIECE_HEADER_BYTES,
  RATE_PORT,
  TIMING_FIELDS,
} from "./turn-codec.js";

/** Bytes received or sent at a port, at most `MAX_PIECE_BYTES`. */
export interface Piece {
  readonly port: number;
  readonly bytes: Uint8Array;
}

/** A cable that has another rate from here on. */
export interface RateChange {
  readonly port: number;
  /** Bits a second. */
  readonly bitRate: number;
}

/** What a card finds when its power is switched on. */
export interface BootFields {
  readonly chipId: Uint64;
  readonly seed: number;
  readonly timing: Timing;
  readonly flash: FlashGeometry & { readonly bytes: Uint8Array };
  /** Of every cable, in bits a second. */
  readonly bitRate: number;
  readonly maxBitRate: number;
}

/** @param rooms bytes that each port's send buffer can take; the host's comes last. */
export function encodeBoot(boot: BootFields, nowUs: number, rooms: readonly number[]): Uint8Array {
  const { flash } = boot;
  const out = Buffer.alloc(OFFSET_PAGES);
  out[0] = OP_BOOT;
  out[OFFSET_LINK_COUNT] = rooms.length - 1;
  out.writeUInt32LE(boot.chipId.high, OFFSET_CHIP_ID);
  out.writeUInt32LE(boot.chipId.low, OFFSET_CHIP_ID + 4);
  out.writeUInt32LE(boot.seed, OFFSET_SEED);
  TIMING_FIELDS.forEach((field, index) => {
    out.writeUInt32LE(boot.timing[field], OFFSET_TIMING + 4 * index);
  });
  const pages = writtenPages(flash.bytes, flash.pageBytes);
  out.writeUInt16LE(flash.pageBytes, OFFSET_PAGE_BYTES);
  out.writeUInt32LE(flash.sectorBytes, OFFSET_SECTOR_BYTES);
  out[OFFSET_SECTOR_COUNT] = flash.sectorCount;
  out.writeUInt32LE(boot.bitRate, OFFSET_BIT_RATE);
  out.writeUInt32LE(boot.maxBitRate, OFFSET_MAX_BIT_RATE);
  out.writeUInt16LE(pages.length, OFFSET_PAGE_COUNT);
  return Buffer.concat([out, ...pages, encodeHeader(nowUs, rooms)]);
}

/** @returns each page that is not blank, with its place in front. */
function writtenPages(bytes: Uint8Array, pageBytes: number): Uint8Array[] {
  const pages: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; offset += pageBytes) {
    const page = bytes.subarray(offset, offset + pageBytes);
    if (page.every((byte) => byte === ERASED_BYTE)) continue;
    const place = offset / pageBytes;
    pages.push(Buffer.concat([Uint8Array.of(place & 0xff, place >> 8), page]));
  }
  return pages;
}

export function encodeTurn(nowUs: number, rooms: readonly number[], pieces: readonly Piece[]): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(OP_TURN), encodeHeader(nowUs, rooms)];
  for (const { port, bytes } of pieces) {
    for (let start = 0; start < bytes.length; start += MAX_PIECE_BYTES) {
      const part = bytes.subarray(start, start + MAX_PIECE_BYTES);
      parts.push(Uint8Array.of(port, part.length & 0xff, part.length >> 8), part);
    }
  }
  return Buffer.concat(parts);
}

function encodeHeader(nowUs: number, rooms: readonly number[]): Uint8Array {
  const out = Buffer.alloc(8 + 4 * rooms.length);
  out.writeDoubleLE(nowUs, 0);
  rooms.forEach((room, index) => {
    out.writeUInt32LE(room, 8 + 4 * index);
  });
  return out;
}

/** Something that the firmware did to its flash. */
export interface FlashOperation {
  readonly offset: number;
  /** What was programmed; undefined: the sector at `offset` was erased. */
  readonly page: Uint8Array | undefined;
}

/** What a turn gave. */
export interface AnswerFields {
  readonly wakeUpUs: number;
  readonly operations: readonly FlashOperation[];
  /** In their order. */
  readonly pieces: readonly (Piece | RateChange)[];
}

/**
 * @param pageBytes of the card's flash.
 * @throws RangeError where the bytes are none of `CardRuntime`'s.
 */
export function decodeAnswer(bytes: Uint8Array, pageBytes: number): AnswerFields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wakeUpUs = view.getFloat64(0, true);
  const flashEnd = ANSWER_HEADER_BYTES + view.getUint32(OFFSET_FLASH_BYTES, true);
  const operations: FlashOperation[] = [];
  let offset = ANSWER_HEADER_BYTES;
  while (offset < flashEnd) {
    const start = offset + OPERATION_HEADER_BYTES;
    const end = view.getUint8(offset) === FLASH_PROGRAM ? start + pageBytes : start;
    const page = end === start ? undefined : bytes.subarray(start, end);
    operations.push({ offset: view.getUint32(offset + 1, true), page });
    offset = end;
  }
  const pieces: (Piece | RateChange)[] = [];
  while (offset < bytes.length) {
    const start = offset + PIECE_HEADER_BYTES;
    const end = start + view.getUint16(offset + 1, true);
    const port = view.getUint8(offset);
    if (port < RATE_PORT) pieces.push({ port, bytes: bytes.subarray(start, end) });
    else pieces.push({ port: port - RATE_PORT, bitRate: view.getUint32(start, true) });
    offset = end;
  }
  return { wakeUpUs, operations, pieces };
}
