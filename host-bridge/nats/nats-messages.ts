import { z } from "zod";
import { MAX_BLOCK_COUNT } from "../../firmware/wire/constants.js";
import { hexadecimal } from "../session-errors.js";
import {
  byte,
  MAX_REQUEST_MS,
  numberText,
  parsePayload,
  textWithBigints,
  word32,
  word64,
} from "./nats-json.js";

/** Name of the micro service, as `nats micro ls` shows it. */
export const SERVICE_NAME = "seqcard";
export const DEFAULT_SUBJECT = "seqcard";
/** Longest request and reply that are looked at. */
const MAX_REQUEST_BYTES = 256;
const MAX_REPLY_BYTES = 4_096;
/** How long a bridge tries for a request that names no time, in milliseconds. */
export const DEFAULT_REQUEST_MS = 2_000;

/** The subjects of one fabric. Its id is in them, so that bridges of two fabrics never share out the requests of one. */
export interface FabricSubjects {
  readonly next: string;
  readonly info: string;
  readonly survey: string;
  /** Of any card. */
  readonly status: string;
}

export function subjectsOf(prefix: string, fabricId: number): FabricSubjects {
  const fabric = `${prefix}.${hexadecimal(fabricId)}`;
  return {
    next: `${fabric}.next`,
    info: `${fabric}.info`,
    survey: `${fabric}.survey`,
    status: `${fabric}.status`,
  };
}

/** Where the bridge that has this card answers for it. */
export function cardStatusSubject(subjects: FabricSubjects, card: number): string {
  return `${subjects.status}.${card}`;
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
  const value = parsePayload(payload, MAX_REQUEST_BYTES);
  const result = requestSchema.safeParse(typeof value === "number" ? { count: value } : value);
  return result.success ? result.data : null;
}

const replySchema = z.object({ first: numberText, last: numberText });

/** @returns null where it is no answer to a request for `count` numbers. */
export function parseReply(payload: Uint8Array, count: number): bigint | null {
  const result = replySchema.safeParse(parsePayload(payload, MAX_REPLY_BYTES));
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
  const result = errorSchema.safeParse(parsePayload(payload, MAX_REPLY_BYTES));
  return result.success ? result.data : null;
}

/** What a bridge tells of its card, by JSON. */
const infoSchema = z.object({
  card: byte,
  fabricId: word32,
  chipId: word64,
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
  const result = infoSchema.safeParse(parsePayload(payload, MAX_REPLY_BYTES));
  return result.success ? result.data : null;
}

export function infoText(info: BridgeInfo): string {
  return textWithBigints(info);
}
