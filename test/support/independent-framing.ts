import * as zlib from "node:zlib";

/** A second framing, slow and plain, that shares nothing with the firmware's: what the first is checked against. */

/** CRC-32 bit by bit, straight from the polynomial; 0 to 2^32-1. */
export function independentCrc32(bytes: ArrayLike<number>): number {
  let crc = 0xffff_ffff;
  for (let index = 0; index < bytes.length; index += 1) {
    crc ^= bytes[index] as number;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

/** zlib's CRC-32, where this Node has it (22 on). */
export function zlibCrc32(bytes: Uint8Array): number | undefined {
  return (zlib as { crc32?: (data: Uint8Array) => number }).crc32?.(bytes);
}

/** COBS by cutting at the zeros, and long pieces after 254 bytes. */
export function independentCobs(bytes: Uint8Array): number[] {
  const pieces: number[][] = [[]];
  for (const byte of bytes) {
    if (byte === 0) pieces.push([]);
    else (pieces.at(-1) as number[]).push(byte);
  }
  return pieces.flatMap((piece) => {
    const blocks: number[] = [];
    let rest = piece;
    while (rest.length > 254) {
      blocks.push(255, ...rest.slice(0, 254));
      rest = rest.slice(254);
    }
    return [...blocks, rest.length + 1, ...rest];
  });
}

/** What a decoder must make of the bytes between two delimiters. */
export type Verdict = "frames" | "badChecksum" | "badEncoding" | "tooLong" | "tooShort";

/** Judges the bytes between two delimiters, of which there is at least one and none is zero. */
export function judgePiece(piece: ArrayLike<number>): { verdict: Verdict; payload: number[] } {
  const decoded: number[] = [];
  let at = 0;
  while (at < piece.length) {
    const end = at + (piece[at] as number);
    for (let index = at + 1; index < end && index < piece.length; index += 1)
      decoded.push(piece[index] as number);
    if (piece[at] !== 255 && end < piece.length) decoded.push(0);
    at = end;
  }
  if (decoded.length > 254) return { verdict: "tooLong", payload: [] };
  if (at > piece.length) return { verdict: "badEncoding", payload: [] };
  if (decoded.length <= 4) return { verdict: "tooShort", payload: [] };
  const payload = decoded.slice(0, -4);
  const [b0, b1, b2, b3] = decoded.slice(-4) as [number, number, number, number];
  const checksum = (b0 + b1 * 0x100 + b2 * 0x1_0000 + b3 * 0x100_0000) >>> 0;
  return { verdict: checksum === independentCrc32(payload) ? "frames" : "badChecksum", payload };
}

/** The pieces between the delimiters of a stream, without the empty ones. */
export function piecesOf(stream: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let index = 0; index <= stream.length; index += 1) {
    if (index < stream.length && stream[index] !== 0) continue;
    if (index > start) pieces.push(stream.subarray(start, index));
    start = index + 1;
  }
  return pieces;
}

/** Delimiter, COBS of payload and checksum, delimiter. */
export function independentFrame(payload: Uint8Array): Uint8Array {
  const crc = independentCrc32(payload);
  const checksum = [crc & 0xff, (crc >>> 8) & 0xff, (crc >>> 16) & 0xff, crc >>> 24];
  return Uint8Array.from([0, ...independentCobs(Uint8Array.from([...payload, ...checksum])), 0]);
}
