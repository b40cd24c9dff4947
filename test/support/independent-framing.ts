import * as zlib from "node:zlib";

/** A second framing, slow and plain, that shares nothing with the firmware's: what the first is checked against. */

/** CRC-32 bit by bit, straight from the polynomial; checked against zlib's where this Node has it (22 on). */
export function independentCrc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ 0xedb8_8320n : crc >> 1n;
  }
  const result = Number(crc ^ 0xffff_ffffn);
  const { crc32 } = zlib as { crc32?: (data: Uint8Array) => number };
  if (crc32 !== undefined && crc32(bytes) !== result) throw new Error("the two checks disagree");
  return result;
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

/** The other way round: undefined where the bytes between two delimiters are no COBS. */
export function independentUncobs(encoded: readonly number[]): number[] | undefined {
  const decoded: number[] = [];
  for (let at = 0; at < encoded.length; ) {
    const code = encoded[at] as number;
    if (code === 0 || at + code > encoded.length) return undefined;
    decoded.push(...encoded.slice(at + 1, at + code));
    at += code;
    if (code < 255 && at < encoded.length) decoded.push(0);
  }
  return decoded;
}

/** Delimiter, COBS of payload and checksum, delimiter. */
export function independentFrame(payload: Uint8Array): Uint8Array {
  const crc = independentCrc32(payload);
  const checksum = [crc & 0xff, (crc >>> 8) & 0xff, (crc >>> 16) & 0xff, crc >>> 24];
  return Uint8Array.from([0, ...independentCobs(Uint8Array.from([...payload, ...checksum])), 0]);
}
