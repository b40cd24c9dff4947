import {
  decodeHostEchoResult,
  ECHO_ALTERNATING,
  ECHO_BACK,
  ECHO_BAD,
  ECHO_BUSY,
  ECHO_CHANGED,
  ECHO_COUNTING,
  ECHO_LOST,
  ECHO_NO_CABLE,
  ECHO_NO_MEMBER,
  ECHO_NO_ROOM,
  ECHO_ONES,
  ECHO_RANDOM,
  ECHO_ZEROS,
  encodeHostEcho,
  HostEchoFields,
  HostEchoResultFields,
} from "../firmware/wire/echo-frames.js";
import type { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import { FRAME_HOST_ECHO } from "../firmware/wire/frame-types.js";
import type { Waiter } from "./exchange.js";
import type { SessionCounters } from "./session-counters.js";
import { TaggedCalls } from "./tagged-calls.js";

/** What the payload of an echo is made of. */
export type EchoPattern = "zeros" | "ones" | "alternating" | "counting" | "random";

export const ECHO_PATTERN_CODES: Readonly<Record<EchoPattern, number>> = {
  zeros: ECHO_ZEROS,
  ones: ECHO_ONES,
  alternating: ECHO_ALTERNATING,
  counting: ECHO_COUNTING,
  random: ECHO_RANDOM,
};

/** An echo over one cable of the card, to its other end and back. */
export interface EchoQuestion {
  /** The cable, from 0. */
  readonly link: number;
  readonly pattern: EchoPattern;
  /** 0 to 237. */
  readonly payloadBytes: number;
  /** How long the card waits for the reply, 1 to 10,000. */
  readonly waitMs: number;
}

export type EchoOutcome =
  | "back"
  /** Nothing came back in time. */
  | "lost"
  /** It came back with another payload, under a good checksum. */
  | "changed"
  /** The card has as many under way as it takes. */
  | "busy"
  | "no-cable"
  /** The cable's send buffer is full. */
  | "no-room"
  /** Something of the question is out of range. */
  | "bad"
  /** The card is no member of a fabric. */
  | "no-member";

const OUTCOMES = new Map<number, EchoOutcome>([
  [ECHO_BACK, "back"],
  [ECHO_LOST, "lost"],
  [ECHO_CHANGED, "changed"],
  [ECHO_BUSY, "busy"],
  [ECHO_NO_CABLE, "no-cable"],
  [ECHO_NO_ROOM, "no-room"],
  [ECHO_BAD, "bad"],
  [ECHO_NO_MEMBER, "no-member"],
]);

export interface EchoResult {
  readonly outcome: EchoOutcome;
  /** From the send to the reply, in microseconds of the card's clock; 0 where nothing came back. */
  readonly roundTripUs: number;
}

/** What a host asks a card about single cables. Nothing is asked twice: each echo is one sample. */
export class CableCalls {
  readonly echoes: TaggedCalls<EchoResult>;
  private readonly frame: FrameBuffer;
  private readonly send: (type: number) => void;
  private readonly counters: SessionCounters;
  private readonly question = new HostEchoFields();
  private readonly result = new HostEchoResultFields();

  /** @param send writes the header to `frame`, whose body is written, and sends it. */
  constructor(firstTag: number, frame: FrameBuffer, send: (type: number) => void, counters: SessionCounters) {
    this.echoes = new TaggedCalls(firstTag);
    this.frame = frame;
    this.send = send;
    this.counters = counters;
  }

  echo({ link, pattern, payloadBytes, waitMs }: EchoQuestion, waiter: Waiter<EchoResult>): void {
    const { question } = this;
    question.tag = this.echoes.add(waiter);
    question.link = link;
    question.pattern = ECHO_PATTERN_CODES[pattern];
    question.payloadBytes = payloadBytes;
    question.waitMs = waitMs;
    encodeHostEcho(this.frame, question);
    this.send(FRAME_HOST_ECHO);
  }

  /** @returns false where the frame is not what its type says. */
  onEchoResult(frame: FrameBuffer): boolean {
    const { result } = this;
    if (!decodeHostEchoResult(frame, result)) return false;
    const outcome = OUTCOMES.get(result.code);
    if (outcome === undefined) return false;
    const { roundTripUs, tag } = result;
    if (!this.echoes.resolve(tag, { outcome, roundTripUs })) this.counters.answersUnmatched += 1;
    return true;
  }
}
