import { z } from "zod";
import { MAX_NUMBER } from "../uint64-bigint.js";

/** The longest that a request may have a bridge try, in milliseconds. */
export const MAX_REQUEST_MS = 60_000;

export const byte = z.int().min(0).max(255);
export const word32 = z.int().min(0).max(0xffff_ffff);

/** 64 bits, in text, as a double would lose the last digits. */
export const word64 = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt)
  .refine((value) => value < 2n ** 64n);

/** A number of the sequence. */
export const numberText = word64.refine((number) => number <= MAX_NUMBER);

/** @returns what a payload of JSON says, or null where it is longer than `maxBytes` or no JSON. */
export function parsePayload(payload: Uint8Array, maxBytes: number): unknown {
  if (payload.length > maxBytes) return null;
  try {
    return JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return null;
  }
}

export function textWithBigints(value: object): string {
  return JSON.stringify(value, (_, field: unknown) => (typeof field === "bigint" ? `${field}` : field));
}
