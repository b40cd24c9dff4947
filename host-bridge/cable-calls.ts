import {
  decodeHostEchoResult,
  ECHO_ALTERNATING,
  ECHO_BACK,
  ECHO_BAD,
  ECHO_BUSY,
  ECHO_CHANGED,
  ECHO_COUNTING,
  ECHO_CUT,
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
import { FRAME_HOST_ECHO, FRAME_HOST_LINK_TEST } from "../firmware/wire/frame-types.js";
import {
  decodeHostLinkTestResult,
  encodeHostLinkTest,
  HostLinkTestFields,
  HostLinkTestResultFields,
  LINK_TEST_BAD_BAUD,
  LINK_TEST_BAD_DURATION,
  LINK_TEST_BEGUN,
  LINK_TEST_BUSY,
  LINK_TEST_DONE,
  LINK_TEST_FIXED,
  LINK_TEST_NO_CABLE,
  LINK_TEST_NO_MEMBER,
  LINK_TEST_NO_REPLY,
  LINK_TEST_RESTS,
} from "../firmware/wire/link-test-frames.js";
import type { SequenceError } from "./errors.js";
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
  | "no-member"
  /** The cable's rate is about to change, or was changed meanwhile. */
  | "cut";

const OUTCOMES = new Map<number, EchoOutcome>([
  [ECHO_BACK, "back"],
  [ECHO_LOST, "lost"],
  [ECHO_CHANGED, "changed"],
  [ECHO_BUSY, "busy"],
  [ECHO_NO_CABLE, "no-cable"],
  [ECHO_NO_ROOM, "no-room"],
  [ECHO_BAD, "bad"],
  [ECHO_NO_MEMBER, "no-member"],
  [ECHO_CUT, "cut"],
]);

export interface EchoResult {
  readonly outcome: EchoOutcome;
  /** From the send to the reply, in microseconds of the card's clock; 0 where nothing came back. */
  readonly roundTripUs: number;
}

/** A cable at another rate for a while. Nothing but echoes goes over it meanwhile. */
export interface LinkTestQuestion {
  /** The cable, from 0. */
  readonly link: number;
  /** Bits a second, 9,600 to the lower limit of both boards. */
  readonly baud: number;
  /** 1 to 2,000; 0: the limits are asked for, and nothing is changed. */
  readonly durationMs: number;
}

export type LinkTestOutcome =
  /** Both ends are at the rate asked for, and go back by themselves. */
  | "begun"
  /** Nothing was to be changed. */
  | "unchanged"
  /** A port cannot change its rate. */
  | "fixed"
  /** The rate is above a board's limit, or below 9,600. */
  | "bad-baud"
  | "no-cable"
  /** A cable is under test at a card. */
  | "busy"
  | "no-member"
  /** The other end did not answer. */
  | "no-reply"
  | "bad-duration"
  /** The other end was asked for too many tests lately. */
  | "rests";

const TEST_OUTCOMES = new Map<number, LinkTestOutcome>([
  [LINK_TEST_DONE, "unchanged"],
  [LINK_TEST_BEGUN, "begun"],
  [LINK_TEST_FIXED, "fixed"],
  [LINK_TEST_BAD_BAUD, "bad-baud"],
  [LINK_TEST_NO_CABLE, "no-cable"],
  [LINK_TEST_BUSY, "busy"],
  [LINK_TEST_NO_MEMBER, "no-member"],
  [LINK_TEST_NO_REPLY, "no-reply"],
  [LINK_TEST_BAD_DURATION, "bad-duration"],
  [LINK_TEST_RESTS, "rests"],
]);

export interface LinkTestResult {
  readonly outcome: LinkTestOutcome;
  /** Whose word that is: the asked card's, or that of the one at the other end. */
  readonly card: number;
  /** What the cable has but for tests; 0 where it cannot be changed. */
  readonly configuredBaud: number;
  /** The lower limit of both boards, or, where it refuses, that of the asked card; 0: not known. */
  readonly maxBaud: number;
}

/** What a host asks a card about single cables. Nothing is asked twice: each echo is one sample. */
export class CableCalls {
  private readonly echoes: TaggedCalls<EchoResult>;
  private readonly tests: TaggedCalls<LinkTestResult>;
  private readonly frame: FrameBuffer;
  private readonly send: (type: number) => void;
  private readonly counters: SessionCounters;
  private readonly question = new HostEchoFields();
  private readonly result = new HostEchoResultFields();
  private readonly test = new HostLinkTestFields();
  private readonly testResult = new HostLinkTestResultFields();

  /** @param send writes the header to `frame`, whose body is written, and sends it. */
  constructor(firstTag: number, frame: FrameBuffer, send: (type: number) => void, counters: SessionCounters) {
    this.echoes = new TaggedCalls(firstTag);
    this.tests = new TaggedCalls(firstTag);
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

  get earliestDeadlineMs(): number {
    return Math.min(this.echoes.earliestDeadlineMs, this.tests.earliestDeadlineMs);
  }

  reject(error: SequenceError): void {
    this.echoes.reject(error);
    this.tests.reject(error);
  }

  expire(nowMs: number, error: () => SequenceError): void {
    this.echoes.expire(nowMs, error);
    this.tests.expire(nowMs, error);
  }

  testLink({ link, baud, durationMs }: LinkTestQuestion, waiter: Waiter<LinkTestResult>): void {
    const { test } = this;
    test.tag = this.tests.add(waiter);
    test.link = link;
    test.baud = baud;
    test.durationMs = durationMs;
    encodeHostLinkTest(this.frame, test);
    this.send(FRAME_HOST_LINK_TEST);
  }

  /** @returns false where the frame is not what its type says. */
  onLinkTestResult(frame: FrameBuffer): boolean {
    const { testResult } = this;
    if (!decodeHostLinkTestResult(frame, testResult)) return false;
    const { card, code, configuredBaud, maxBaud, tag } = testResult;
    const outcome = TEST_OUTCOMES.get(code);
    if (outcome === undefined) return false;
    const isMatched = this.tests.resolve(tag, { outcome, card, configuredBaud, maxBaud });
    // The end of a test whose begin was told.
    if (!isMatched && code !== LINK_TEST_DONE) this.counters.answersUnmatched += 1;
    return true;
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
