import { InvalidArgumentError } from "commander";

/** Reads an option's value as a number. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("A number is expected.");
  return value;
}

/** Reads an option's value as a whole number, 0 or more. */
export function parseWhole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("A whole number is expected.");
  return Number(text);
}

/** Reads a sequence number; those do not fit in a double. */
export function parseBigInt(text: string): bigint {
  if (!/^\d{1,20}$/.test(text)) throw new InvalidArgumentError("A whole number is expected.");
  return BigInt(text);
}

/** Reads the two ends of a cable, such as `1-2`. */
export function parseEnds(text: string): readonly [number, number] {
  const match = /^(\d{1,3})-(\d{1,3})$/.exec(text);
  if (match === null) throw new InvalidArgumentError("Two cards are expected, such as 1-2.");
  return [Number(match[1]), Number(match[2])];
}
