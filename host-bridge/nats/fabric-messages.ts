import { z } from "zod";
import { MAX_CARD_ID, MAX_LINKS } from "../../firmware/wire/constants.js";
import { COUNTER_NAMES, type CounterName } from "../../firmware/wire/counter-names.js";
import type { CardReport } from "../card-report.js";
import type { CardStatus } from "../card-status.js";
import { SequenceError } from "../errors.js";
import type { FabricSurvey } from "../fabric-survey.js";
import { FABRIC_STATES, stateAdvice } from "../refusals.js";
import {
  byte,
  MAX_REQUEST_MS,
  numberText,
  parsePayload,
  textWithBigints,
  word32,
  word64,
} from "./nats-json.js";

/** Version of the forms below. A reader of another one must not guess what the fields mean. */
export const FABRIC_MESSAGE_VERSION = 1;
const MAX_REQUEST_BYTES = 256;
/** A fabric of ten cards with all their cables takes a third of this. */
const MAX_REPLY_BYTES = 65_536;
const MAX_ENTRIES = MAX_CARD_ID + 1;
/** How long a bridge waits for its card where the request names no time, in milliseconds. */
const DEFAULT_READ_MS = 2_000;

const state = z.enum(FABRIC_STATES);
const role = z.enum(["primary", "secondary"]);
const linkState = z.enum(["alive", "stale", "dead"]);

const listedMember = z.object({ card: byte, votes: byte, votesBefore: byte, incarnation: word32 });
const reportedLink = z.object({
  link: byte,
  neighbour: byte,
  state: linkState,
  isTrunk: z.boolean(),
  framesIn: word32,
  framesOut: word32,
  badFrames: word32,
});

const statusSchema: z.ZodType<CardStatus> = z.object({
  card: byte,
  fabricId: word32,
  chipId: word64,
  blank: z.boolean(),
  cold: z.boolean(),
  joining: z.boolean(),
  removed: z.boolean(),
  forgot: z.boolean(),
  storageFailed: z.boolean(),
  incarnation: word32,
  promised: word32,
  view: word32,
  primary: byte,
  secondary: byte,
  roles: z.array(role).max(2),
  base: word64,
  ceiling: word64,
  quorumCeiling: word64,
  latest: numberText,
  state,
  hasLease: z.boolean(),
  leaseLeftUs: word32,
  uptimeMs: word32,
  members: z.array(listedMember).max(MAX_ENTRIES),
  lastCardId: byte,
  links: z.array(reportedLink.extend({ dropped: word32 })).max(MAX_LINKS),
  routes: z.array(z.object({ card: byte, link: byte, cost: word32 })).max(MAX_ENTRIES),
  counters: z.object(
    Object.fromEntries(COUNTER_NAMES.map((name) => [name, word32])) as Record<CounterName, typeof word32>,
  ),
});

const reportSchema: z.ZodType<CardReport> = z.object({
  card: byte,
  answered: z.boolean(),
  chipId: word64,
  firmware: z.string().regex(/^\d{1,5}\.\d{1,3}\.\d{1,3}$/),
  blank: z.boolean(),
  cold: z.boolean(),
  hasLease: z.boolean(),
  joining: z.boolean(),
  removed: z.boolean(),
  forgot: z.boolean(),
  storageFailed: z.boolean(),
  state: z.enum([...FABRIC_STATES, "silent"]),
  view: word32,
  promised: word32,
  primary: byte,
  secondary: byte,
  ceiling: word64,
  latest: numberText,
  uptimeMs: word32,
  freeWrites: word32.nullable(),
  links: z.array(reportedLink).max(MAX_LINKS),
});

const twoCounts = z.tuple([word32.nullable(), word32.nullable()]);

/** What to do about the state is told by the reader, whose words they are: a bridge's text would go to a terminal. */
const surveySchema: z.ZodType<FabricSurvey> = z
  .object({
    fabricId: word32,
    askedCard: byte,
    state,
    view: word32,
    primary: byte,
    secondary: byte,
    base: word64,
    members: z.array(listedMember).max(MAX_ENTRIES),
    votes: z.object({ all: word32, quorum: word32, answered: word32 }),
    ceiling: word64,
    latest: numberText,
    leaseLeftUs: word32.nullable(),
    cards: z.array(reportSchema).max(MAX_ENTRIES),
    cables: z
      .array(
        z.object({
          cards: z.tuple([byte, byte]),
          links: z.tuple([byte.nullable(), byte.nullable()]),
          state: z.enum(["alive", "stale", "one-way", "dead"]),
          isTrunk: z.boolean(),
          framesIn: twoCounts,
          badFrames: twoCounts,
        }),
      )
      .max(MAX_ENTRIES * MAX_LINKS),
  })
  .transform((survey) => ({ ...survey, advice: stateAdvice(survey.state) }));

const versioned = z.object({ version: z.int() });
const statusReply = z.object({ status: statusSchema });
const surveyReply = z.object({ fabric: surveySchema });

export function statusText(status: CardStatus): string {
  return textWithBigints({ version: FABRIC_MESSAGE_VERSION, status });
}

export function surveyText(fabric: FabricSurvey): string {
  return textWithBigints({ version: FABRIC_MESSAGE_VERSION, fabric });
}

/** @throws SequenceError WRONG_VERSION, or DAEMON_SILENT where it is no bridge's answer. */
export function parseStatus(payload: Uint8Array): CardStatus {
  return readReply(payload, statusReply).status;
}

/** @throws SequenceError as `parseStatus`. */
export function parseSurvey(payload: Uint8Array): FabricSurvey {
  return readReply(payload, surveyReply).fabric;
}

function readReply<Reply>(payload: Uint8Array, schema: z.ZodType<Reply>): Reply {
  const value = parsePayload(payload, MAX_REPLY_BYTES);
  const form = versioned.safeParse(value);
  if (form.success && form.data.version !== FABRIC_MESSAGE_VERSION) {
    throw new SequenceError(
      "WRONG_VERSION",
      `a bridge answers in version ${form.data.version} of the form, and this package reads version ${FABRIC_MESSAGE_VERSION}; update the older of the two`,
    );
  }
  const reply = schema.safeParse(value);
  if (form.success && reply.success) return reply.data;
  throw noBridgeError();
}

export function noBridgeError(): SequenceError {
  return new SequenceError(
    "DAEMON_SILENT",
    "what answers at this NATS server does not answer as a bridge of this fabric does; see who serves there (`nats micro info seqcard`)",
  );
}

export interface ReadRequest {
  readonly version: number;
  readonly timeoutMs: number;
}

const readRequestSchema = z.strictObject({
  version: z.int().min(0).max(0xffff).default(FABRIC_MESSAGE_VERSION),
  timeoutMs: z.int().min(1).max(MAX_REQUEST_MS).default(DEFAULT_READ_MS),
});

/** Reads what a client asks for: nothing, or JSON. @returns null where it is neither. */
export function parseReadRequest(payload: Uint8Array): ReadRequest | null {
  if (payload.length === 0) return { version: FABRIC_MESSAGE_VERSION, timeoutMs: DEFAULT_READ_MS };
  const result = readRequestSchema.safeParse(parsePayload(payload, MAX_REQUEST_BYTES));
  return result.success ? result.data : null;
}

export function readRequestText(timeoutMs: number): string {
  return JSON.stringify({ version: FABRIC_MESSAGE_VERSION, timeoutMs });
}
