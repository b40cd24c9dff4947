/** @returns the integer that a peer answered, as number, string or bigint. @throws where it is none. */
export function integerFrom(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^\d+$/.test(value)) return BigInt(value);
  throw new Error(`Not a whole number: ${String(value)}`);
}
