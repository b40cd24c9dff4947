import { z } from "zod";
import { MAX_BLOCK_COUNT } from "../../firmware/wire/constants.js";
import { MAX_NUMBER } from "../uint64-bigint.js";

/** Name of the micro service, as `nats micro ls` shows it. */
export const SERVICE_NAME = "seqcard";
export const DEFAULT_SUBJECT = "seqcard";
/** Longest request and reply that are looked at. */
const MAX_REQUEST_BYTES = 256;
const MAX_REPLY_BYTES = 4_096;
/** How long a bridge tries for a request that names no time, and the longest that one may name, in milliseconds. */
export const DEFAULT_REQUEST_MS = 2_000;
const MAX_REQUEST_MS = 60_000;

/** The subjects of one fabric. Its id is in them, so that bridges of two fabrics never share out the requests of one. */
export function subjectsOf(prefix: string, fabricId: number): { next: string; info: string } {
  const fabric = fabricId.toString(16).padStart(8, "0");
  return { next: `${prefix}.${fabric}.next`, info: `${prefix}.${fabric}.info` };
}

/** Whether a text can stand in front of a subject: words between points. */
export function isSubjectPrefix(text: string): boolean {
  return text.length <= 128 && /^[\w-]+(\.[\w-]+)*$/.test(text);
}

export interface NatsRequest {
  readonly count: number;
  readonly timeoutMs: number;
}

const requestSchema = z.strictObject({
  count: z.int().min(1).max(MAX_BLOCK_COUNT).default(1),
  timeoutMs: z.int().min(1).max(MAX_REQUEST_MS).default(DEFAULT_REQUEST_MS),
});

/** Reads what a client asks for: nothing for one number, a count, or JSON. @returns null where it is none of these. */
export function parseRequest(payload: Uint8Array): NatsRequest | null {
  if (payload.length === 0) return { count: 1, timeoutMs: DEFAULT_REQUEST_MS };
  if (payload.length > MAX_REQUEST_BYTES) return null;
  const value = parseJson(payload);
  const result = requestSchema.safeParse(typeof value === "number" ? { count: value } : value);
  return result.success ? result.data : null;
}

/** A number of the sequence: in text, as a double would lose its last digits. */
const numberText = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt)
  .refine((number) => number <= MAX_NUMBER);

const replySchema = z.object({ first: numberText, last: numberText });

/** @returns null where it is no answer to a request for `count` numbers. */
export function parseReply(payload: Uint8Array, count: number): bigint | null {
  const result = replySchema.safeParse(parseBounded(payload));
  if (!result.success) return null;
  const { first, last } = result.data;
  return first >= 1n && last - first + 1n === BigInt(count) ? first : null;
}

export function replyText(first: bigint, count: number): string {
  return `{"first":"${first}","last":"${first + BigInt(count) - 1n}"}`;
}

const errorSchema = z.object({ code: z.string().max(40), reason: z.string().max(40).optional() });
export type NatsErrorBody = z.infer<typeof errorSchema>;

export function parseError(payload: Uint8Array): NatsErrorBody | null {
  const result = errorSchema.safeParse(parseBounded(payload));
  return result.success ? result.data : null;
}

const byte = z.int().min(0).max(255);
const word32 = z.int().min(0).max(0xffff_ffff);

/** What a bridge tells of its card, by JSON. */
const infoSchema = z.object({
  card: byte,
  fabricId: word32,
  chipId: z
    .string()
    .regex(/^\d{1,20}$/)
    .transform(BigInt)
    .refine((id) => id < 2n ** 64n),
  newest: numberText,
  view: z
    .object({
      number: word32,
      primary: byte,
      secondary: byte,
      base: numberText,
      state: z.string().max(40),
    })
    .nullable(),
});
export type BridgeInfo = z.infer<typeof infoSchema>;

export function parseInfo(payload: Uint8Array): BridgeInfo | null {
  const result = infoSchema.safeParse(parseBounded(payload));
  return result.success ? result.data : null;
}

export function infoText(info: BridgeInfo): string {
  return JSON.stringify(info, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
}

function parseBounded(payload: Uint8Array): unknown {
  return payload.length > MAX_REPLY_BYTES ? null : parseJson(payload);
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return null;
  }
}
