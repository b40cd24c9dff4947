/**
 * CRC-32 as in IEEE 802.3 and zlib (polynomial 0xEDB88320 reflected, start and final complement).
 * The RP2040's DMA computes the same one, and so does every C library.
 */
const table = makeTable();

function makeTable(): Int32Array {
  const made = new Int32Array(256);
  for (let index = 0; index < 256; index += 1) {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    made[index] = value | 0;
  }
  return made;
}

/** @returns the CRC of `bytes[0..length)` as a signed 32-bit integer: XS keeps those without allocating. */
export function crc32(bytes: Uint8Array, length: number): number {
  // A local variable is quicker in XS than one of the module.
  const lookup = table;
  let crc = -1;
  for (let index = 0; index < length; index += 1) {
    crc = (crc >>> 8) ^ (lookup[(crc ^ (bytes[index] as number)) & 0xff] as number);
  }
  return ~crc;
}
