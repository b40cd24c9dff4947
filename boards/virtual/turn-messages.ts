import type { Timing } from "../../firmware/wire/constants.js";
import type { Uint64 } from "../../firmware/wire/uint64.js";
import {
  MAX_PIECE_BYTES,
  OFFSET_ANSWER_RECORD,
  OFFSET_ANSWER_RECORD_LENGTH,
  OFFSET_CHIP_ID,
  OFFSET_LINK_COUNT,
  OFFSET_RECORD,
  OFFSET_RECORD_LENGTH,
  OFFSET_RECORD_STATE,
  OFFSET_SEED,
  OFFSET_TIMING,
  OP_BOOT,
  OP_TURN,
  PIECE_HEADER_BYTES,
  TIMING_FIELDS,
} from "./turn-codec.js";

/** Bytes received or sent at a port, at most `MAX_PIECE_BYTES`. */
export interface Piece {
  readonly port: number;
  readonly bytes: Uint8Array;
}

/** What a card finds when its power is switched on. */
export interface BootFields {
  readonly chipId: Uint64;
  readonly seed: number;
  readonly timing: Timing;
  readonly recordState: number;
  readonly record: Uint8Array;
}

/** @param rooms bytes that each port's send buffer can take; the host's comes last. */
export function encodeBoot(boot: BootFields, nowUs: number, rooms: readonly number[]): Uint8Array {
  const out = Buffer.alloc(OFFSET_RECORD);
  out[0] = OP_BOOT;
  out[OFFSET_LINK_COUNT] = rooms.length - 1;
  out.writeUInt32LE(boot.chipId.high, OFFSET_CHIP_ID);
  out.writeUInt32LE(boot.chipId.low, OFFSET_CHIP_ID + 4);
  out.writeUInt32LE(boot.seed, OFFSET_SEED);
  TIMING_FIELDS.forEach((field, index) => {
    out.writeUInt32LE(boot.timing[field], OFFSET_TIMING + 4 * index);
  });
  out.writeInt8(boot.recordState, OFFSET_RECORD_STATE);
  out[OFFSET_RECORD_LENGTH] = boot.record.length;
  return Buffer.concat([out, boot.record, encodeHeader(nowUs, rooms)]);
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

/** What a turn gave. */
export interface AnswerFields {
  readonly wakeUpUs: number;
  /** What was written to the flash; undefined where nothing was. */
  readonly record: Uint8Array | undefined;
  readonly pieces: readonly Piece[];
}

/** @throws RangeError where the bytes are none of `CardRuntime`'s. */
export function decodeAnswer(bytes: Uint8Array): AnswerFields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wakeUpUs = view.getFloat64(0, true);
  let offset = OFFSET_ANSWER_RECORD + view.getUint8(OFFSET_ANSWER_RECORD_LENGTH);
  const record = offset === OFFSET_ANSWER_RECORD ? undefined : bytes.subarray(OFFSET_ANSWER_RECORD, offset);
  const pieces: Piece[] = [];
  while (offset < bytes.length) {
    const start = offset + PIECE_HEADER_BYTES;
    const end = start + view.getUint16(offset + 1, true);
    pieces.push({ port: view.getUint8(offset), bytes: bytes.subarray(start, end) });
    offset = end;
  }
  return { wakeUpUs, record, pieces };
}
