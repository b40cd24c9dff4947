/** Bytes as hex, for expectations that were written by hand. Blanks in `text` are for the reader. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/.test(digits)) throw new Error(`not hex: ${text}`);
  const bytes = new Uint8Array(digits.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  }
  return bytes;
}

/** Hex of `bytes[0..length)`, without blanks. */
export function toHex(bytes: Uint8Array, length = bytes.length): string {
  let text = "";
  for (let index = 0; index < length; index += 1)
    text += (bytes[index] as number).toString(16).padStart(2, "0");
  return text;
}

/** Takes the blanks out of a hand-written expectation. */
export function compact(text: string): string {
  return text.replace(/\s+/g, "");
}
