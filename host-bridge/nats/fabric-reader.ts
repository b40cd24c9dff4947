import { setTimeout as sleep } from "node:timers/promises";
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import type { CardStatus } from "../card-status.js";
import { SequenceError, type SequenceErrorCode } from "../errors.js";
import type { FabricSurvey } from "../fabric-survey.js";
import { noBridgeError, parseStatus, parseSurvey, readRequestText } from "./fabric-messages.js";
import { cardStatusSubject, type FabricSubjects, parseError } from "./nats-messages.js";
import { isNoResponders } from "./no-responders.js";

/** A reply that has not come after this is not waited for any more: its bridge may have been killed, in milliseconds. */
const ATTEMPT_MS = 2_500;
const PAUSE_MS = 100;
/** Bridges that refuse, or nobody there, in a row: then it is no matter of a moment. */
const MAX_REFUSALS = 10;

/** What a bridge may refuse a question with, and what we say of it. Its own text would go to a terminal. */
const REFUSALS: ReadonlyMap<string, readonly [SequenceErrorCode, string]> = new Map([
  ["DISCONNECTED", ["DISCONNECTED", "the bridge's card is unplugged; plug it in again"]],
  ["NOT_READY", ["NOT_READY", "the bridge has not heard its card yet; see that it is plugged in"]],
  ["TIMEOUT", ["TIMEOUT", "the bridge's card did not answer in time; see `seqcard status` there"]],
  ["BUSY", ["BUSY", "too many questions wait at the bridge; ask again later"]],
  [
    "WRONG_VERSION",
    ["WRONG_VERSION", "the bridge answers in another version of the form; update the older of the two"],
  ],
  ["CLOSED", ["DISCONNECTED", "the bridge is ending; ask again"]],
]);

/** Where the questions go: changes with each reconnect. */
export interface FabricAddress {
  readonly connection: NatsConnection;
  readonly fabricId: number;
  readonly subjects: FabricSubjects;
}

interface Question<Answer> {
  readonly name: "status" | "survey";
  subject(subjects: FabricSubjects, attempt: number): string;
  /** @throws SequenceError. */
  parse(payload: Uint8Array): Answer;
}

/** Asks bridges about a fabric. Nothing is changed by it: what is lost is asked again, of whichever bridge there is. */
export class FabricReader {
  private readonly address: () => FabricAddress | null;
  private readonly timeoutMs: number;
  private over: SequenceError | null = null;

  /** @param address null while there is no connection. */
  constructor(address: () => FabricAddress | null, timeoutMs: number) {
    this.address = address;
    this.timeoutMs = timeoutMs;
  }

  /** @param card whom to ask first; any other where it cannot be had. */
  status(card: number): Promise<CardStatus> {
    return this.ask({
      name: "status",
      parse: parseStatus,
      subject: (subjects, attempt) => (attempt === 0 ? cardStatusSubject(subjects, card) : subjects.status),
    });
  }

  survey(): Promise<FabricSurvey> {
    return this.ask({ name: "survey", parse: parseSurvey, subject: ({ survey }) => survey });
  }

  /** Rejects what still waits, and whatever comes. */
  close(reason: SequenceError): void {
    this.over = reason;
  }

  private async ask<Answer extends { readonly fabricId: number }>(
    question: Question<Answer>,
  ): Promise<Answer> {
    const deadlineMs = performance.now() + this.timeoutMs;
    let refusal: SequenceError | null = null;
    let refusals = 0;
    for (let attempt = 0; this.over === null; attempt += 1) {
      const leftMs = Math.ceil(deadlineMs - performance.now());
      if (leftMs <= 0) break;
      const address = this.address();
      const answer = address === null ? null : await askOnce(address, question, attempt, leftMs);
      if (answer instanceof SequenceError) {
        refusal = answer;
        refusals += 1;
        if (refusal.code === "NOT_CARRIED" || refusals >= MAX_REFUSALS) throw refusal;
      } else if (answer !== null) {
        return answer;
      }
      await sleep(PAUSE_MS);
    }
    if (this.over !== null) throw this.over;
    const why = refusal?.message ?? "no bridge answered; see that one runs (`seqcard serve --nats`)";
    throw new SequenceError("TIMEOUT", `the time for this call is over: ${why}`, { cause: refusal });
  }
}

/** @returns the answer, why there is none, or null where what was asked was lost. */
async function askOnce<Answer extends { readonly fabricId: number }>(
  address: FabricAddress,
  question: Question<Answer>,
  attempt: number,
  leftMs: number,
): Promise<Answer | SequenceError | null> {
  const { connection, subjects, fabricId } = address;
  const timeout = Math.min(leftMs, ATTEMPT_MS);
  const subject = question.subject(subjects, attempt);
  try {
    const reply = await connection.request(subject, readRequestText(timeout), { timeout });
    if (reply.headers?.has("Nats-Service-Error-Code")) return refusalOf(reply);
    const answer = question.parse(reply.data);
    return answer.fabricId === fabricId ? answer : noBridgeError();
  } catch (error) {
    if (error instanceof SequenceError) return error;
    // That the card which was asked for is out of reach says nothing of the others.
    const isAny = subject === subjects[question.name];
    return isAny && isNoResponders(error) ? nobodyThere(address, question.name) : null;
  }
}

function refusalOf(reply: Msg): SequenceError {
  const refusal = REFUSALS.get(parseError(reply.data)?.code ?? "");
  return refusal === undefined ? noBridgeError() : new SequenceError(...refusal);
}

/** Bridges of before there were questions have no endpoint for them. */
async function nobodyThere(
  { connection, subjects }: FabricAddress,
  name: string,
): Promise<SequenceError | null> {
  try {
    await connection.request(subjects.info, "", { timeout: ATTEMPT_MS });
  } catch (error) {
    if (!isNoResponders(error)) return null;
    return new SequenceError(
      "DAEMON_NOT_RUNNING",
      "no bridge of this fabric is at the NATS server now; start one with `seqcard serve --nats`",
    );
  }
  return new SequenceError(
    "NOT_CARRIED",
    `the bridges here are of a version that does not carry ${name}(); update seqcard at the machines with cards, or ask there`,
  );
}
