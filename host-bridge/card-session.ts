import { MAX_BLOCKS_IN_FLIGHT, PROTOCOL_VERSION } from "../firmware/wire/constants.js";
import { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_CLOSE,
  FRAME_HOST_COUNTERS,
  FRAME_HOST_ECHO_RESULT,
  FRAME_HOST_INIT_RESULT,
  FRAME_HOST_LINK_TEST_RESULT,
  FRAME_HOST_LINKS,
  FRAME_HOST_MIRROR,
  FRAME_HOST_OPEN,
  FRAME_HOST_PLAN_RESULT,
  FRAME_HOST_REFUSE,
  FRAME_HOST_REPORT,
  FRAME_HOST_REQUEST,
  FRAME_HOST_STATUS,
  FRAME_HOST_TRUNK_OUT,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  OFFSET_TYPE,
  OFFSET_VERSION,
  REFUSE_NO_SESSION,
} from "../firmware/wire/frame-types.js";
import { HOST_HEADER_BYTES, OFFSET_SESSION, writeHostHeader } from "../firmware/wire/header.js";
import {
  decodeHostAnswer,
  decodeHostMirror,
  decodeHostRefuse,
  encodeEmptyBody,
  encodeHostRequest,
  HostAnswerFields,
  HostMirrorFields,
  HostRefuseFields,
} from "../firmware/wire/host-frames.js";
import {
  decodeHostWelcome,
  type HostInitFields,
  HostWelcomeFields,
} from "../firmware/wire/host-setup-frames.js";
import type { PlanFields } from "../firmware/wire/plan-frames.js";
import type { EchoQuestion, EchoResult, LinkTestQuestion, LinkTestResult } from "./cable-calls.js";
import type { Caller } from "./caller.js";
import { type CardIdentity, identityFrom } from "./card-identity.js";
import type { CardReport } from "./card-report.js";
import type { CardStatus } from "./card-status.js";
import type { SequenceError } from "./errors.js";
import type { Waiter } from "./exchange.js";
import { KnownCard } from "./known-card.js";
import { KnownView } from "./known-view.js";
import { NumberCalls } from "./number-calls.js";
import { OtherCalls } from "./other-calls.js";
import { isPassing, refusalError } from "./refusals.js";
import { SessionCounters } from "./session-counters.js";
import type { SessionEnvironment } from "./session-environment.js";
import { disconnectedError, notACardError, timeoutError, wrongVersionError } from "./session-errors.js";
import { OPEN_REPEAT_MS } from "./timing.js";
import { MAX_NUMBER, newestBelow, toBigint } from "./uint64-bigint.js";
import type { View } from "./view.js";

/**
 * The host's side of the protocol: a pure state machine. Frames and the time go in; frames, settled callers and the
 * time at which it wants to be woken come out. It outlives its line: `disconnect` and `connect` again keep the callers.
 */
export class CardSession {
  readonly counters = new SessionCounters();
  private readonly environment: SessionEnvironment;
  private readonly frame = new FrameBuffer();
  private readonly calls: NumberCalls;
  private readonly others: OtherCalls;
  private line: "down" | "opening" | "open" = "down";
  private session = 0;
  private openAgainMs = 0;
  private openDeadlineMs = 0;
  private readonly knownCard = new KnownCard();
  private readonly knownView = new KnownView();
  private readonly welcome = new HostWelcomeFields();
  private readonly answer = new HostAnswerFields();
  private readonly refuse = new HostRefuseFields();
  private readonly mirror = new HostMirrorFields();

  constructor(environment: SessionEnvironment) {
    this.environment = environment;
    this.calls = new NumberCalls(environment.random32(), (tag, count) => {
      encodeHostRequest(this.frame, tag, count);
      this.send(FRAME_HOST_REQUEST);
    });
    this.others = new OtherCalls({
      frame: this.frame,
      send: (type) => this.send(type),
      counters: this.counters,
      random32: () => environment.random32(),
      onMember: (cardId, fabricId) => this.knownCard.becomeMember(cardId, fabricId),
    });
  }

  /** The card that answered last. */
  get card(): CardIdentity | null {
    return this.knownCard.current;
  }

  get view(): View | null {
    return this.knownView.current;
  }

  get lineState(): "down" | "opening" | "open" {
    return this.line;
  }

  get isOpen(): boolean {
    return this.line === "open";
  }

  /** What tells this session's frames from those of an earlier one, 32 bits. */
  get number(): number {
    return this.session;
  }

  /** Whether a number asked for now is likely to come. */
  get isReady(): boolean {
    return this.isOpen && this.knownView.isReady;
  }

  /** Whether nobody waits for a number. */
  get isIdle(): boolean {
    return this.calls.isIdle;
  }

  /** Calls back when nobody waits for a number any more. */
  notifyIdle(onIdle: () => void): void {
    this.calls.onIdle = onIdle;
  }

  /** When `tick` is to be called, `Infinity` for never. Calling it early does no harm. */
  get wakeUpMs(): number {
    const deadlineMs = Math.min(this.calls.earliestDeadlineMs, this.others.earliestDeadlineMs);
    if (this.line === "down") return deadlineMs;
    if (this.line === "opening") return Math.min(deadlineMs, this.openAgainMs, this.openDeadlineMs);
    return Math.min(deadlineMs, this.calls.wakeUpMs, this.others.wakeUpMs);
  }

  /** There is a line: begins a new session on it. Whatever an earlier session still brings is dropped from now on. */
  connect(nowMs: number): void {
    const before = this.session;
    do this.session = this.environment.random32() >>> 0;
    while (this.session === before);
    this.line = "opening";
    this.knownView.beginSession();
    this.openDeadlineMs = nowMs + this.environment.openTimeoutMs;
    this.sendOpen(nowMs);
  }

  /** The line is gone. What is in flight is asked for again in the next session, unless `failAll` follows. */
  disconnect(): void {
    this.line = "down";
    this.knownView.endSession();
  }

  /** Tells the card that the session is over. */
  close(): void {
    if (this.line !== "down") {
      encodeEmptyBody(this.frame);
      this.send(FRAME_HOST_CLOSE);
    }
    this.disconnect();
  }

  /** Adds a call to those that wait. It becomes part of a block at the next `flush`, never of one in flight. */
  add(caller: Caller): void {
    this.calls.add(caller);
  }

  /** Makes blocks of everything that waits, if the card can take any. */
  flush(nowMs: number): void {
    if (this.isOpen) this.calls.flush(nowMs);
  }

  requestStatus(waiter: Waiter<CardStatus>, nowMs: number): void {
    if (this.others.questions.requestStatus(waiter) && this.isOpen) this.others.questions.askStatus(nowMs);
  }

  /** @param waiter is handed a report of each card of the fabric, silent ones too, by rising id. */
  requestSurvey(waiter: Waiter<readonly CardReport[]>, nowMs: number): void {
    if (this.others.questions.requestSurvey(waiter) && this.isOpen) this.others.questions.askSurvey(nowMs);
  }

  /** Sends one echo; where the card cannot be asked now, it is rejected at once. */
  requestEcho(question: EchoQuestion, waiter: Waiter<EchoResult>): void {
    if (this.isOpen) this.others.cables.echo(question, waiter);
    else waiter.reject(disconnectedError());
  }

  /** Asks for one test of a cable; where the card cannot be asked now, it is rejected at once. */
  requestLinkTest(question: LinkTestQuestion, waiter: Waiter<LinkTestResult>): void {
    if (this.isOpen) this.others.cables.testLink(question, waiter);
    else waiter.reject(disconnectedError());
  }

  /** @param waiter is handed what the card drew, by which its fabric knows it from now on. */
  requestInit(fields: HostInitFields, waiter: Waiter<number>, nowMs: number): void {
    if (this.others.changes.requestInit(fields, waiter) && this.isOpen) this.others.changes.ask(nowMs);
  }

  /** @param waiter is handed the first number of the new view. */
  requestPlan(fields: PlanFields, waiter: Waiter<bigint>, nowMs: number): void {
    if (this.others.changes.requestPlan(fields, waiter) && this.isOpen) this.others.changes.ask(nowMs);
  }

  /** How often the card was asked: from the second time on, CARD_NOT_BLANK may be our own doing. */
  get initAttempts(): number {
    return this.others.changes.initAttempts;
  }

  /** Rejects every call. */
  failAll(error: SequenceError): void {
    this.calls.failAll(error);
    this.others.reject(error);
  }

  /** Why nobody gets a number now, or null where they can. */
  notReadyError(): SequenceError | null {
    return this.isOpen ? this.knownView.notReadyError : null;
  }

  tick(nowMs: number): void {
    this.expire(nowMs);
    if (this.line === "opening") {
      if (this.openDeadlineMs <= nowMs) {
        this.environment.onUnusable(notACardError());
      } else if (this.openAgainMs <= nowMs) {
        this.sendOpen(nowMs);
      }
    } else if (this.line === "open") {
      this.calls.tick(nowMs);
      this.others.tick(nowMs);
      this.askForSpace();
    }
  }

  /** Whether a whole frame is of this version and session. */
  isOfSession(frame: FrameBuffer): boolean {
    return (
      frame.length >= HOST_HEADER_BYTES &&
      frame.bytes[OFFSET_VERSION] === PROTOCOL_VERSION &&
      frame.view.getUint32(OFFSET_SESSION, true) === this.session
    );
  }

  /** Takes a whole frame with a good checksum; nothing else in it is trusted. */
  receive(frame: FrameBuffer, nowMs: number): void {
    if (this.line === "down") return;
    const version = frame.bytes[OFFSET_VERSION] as number;
    if (version !== PROTOCOL_VERSION) {
      this.counters.dropVersion += 1;
      if (this.line === "opening") this.environment.onUnusable(wrongVersionError(version));
    } else if (frame.length < HOST_HEADER_BYTES) {
      this.counters.dropLength += 1;
    } else if (frame.view.getUint32(OFFSET_SESSION, true) !== this.session) {
      this.counters.dropSession += 1;
    } else if (!this.dispatch(frame.bytes[OFFSET_TYPE] as number, frame, nowMs)) {
      this.counters.dropLength += 1;
    }
  }

  private askForSpace(): void {
    if (this.isOpen && this.calls.canAsk) this.environment.onSpace();
  }

  private send(type: number): void {
    writeHostHeader(this.frame, type, this.session);
    if (!this.environment.send(this.frame)) this.counters.sendsFull += 1;
  }

  private sendOpen(nowMs: number): void {
    this.openAgainMs = nowMs + OPEN_REPEAT_MS;
    encodeEmptyBody(this.frame);
    this.send(FRAME_HOST_OPEN);
  }

  /** @returns false where the frame's length does not fit its type. */
  private dispatch(type: number, frame: FrameBuffer, nowMs: number): boolean {
    switch (type) {
      case FRAME_HOST_WELCOME:
        return decodeHostWelcome(frame, this.welcome) && this.onWelcome(nowMs);
      case FRAME_HOST_ANSWER:
        return decodeHostAnswer(frame, this.answer) && this.onAnswer();
      case FRAME_HOST_REFUSE:
        return decodeHostRefuse(frame, this.refuse) && this.onRefuse(nowMs);
      case FRAME_HOST_VIEW:
        return this.knownView.decode(frame) && this.onView(nowMs);
      case FRAME_HOST_MIRROR:
        return decodeHostMirror(frame, this.mirror) && this.onMirror();
      case FRAME_HOST_INIT_RESULT:
        return this.others.changes.onInitResult(frame);
      case FRAME_HOST_PLAN_RESULT:
        return this.others.changes.onPlanResult(frame);
      case FRAME_HOST_REPORT:
        return this.others.questions.onReport(frame);
      case FRAME_HOST_ECHO_RESULT:
        return this.others.cables.onEchoResult(frame);
      case FRAME_HOST_LINK_TEST_RESULT:
        return this.others.cables.onLinkTestResult(frame);
      case FRAME_HOST_STATUS:
      case FRAME_HOST_LINKS:
      case FRAME_HOST_COUNTERS:
        return this.onStatus(type, frame);
      case FRAME_HOST_TRUNK_OUT:
        // For whoever has opened the trunk and sees all frames.
        return true;
      default:
        this.counters.dropType += 1;
        return true;
    }
  }

  private onWelcome(nowMs: number): true {
    const card = identityFrom(this.welcome);
    const error = this.knownCard.take(card);
    if (error !== null) {
      this.environment.onUnusable(error);
      return true;
    }
    if (this.line === "open") return true;
    this.line = "open";
    this.calls.maxBlocks = Math.max(1, Math.min(MAX_BLOCKS_IN_FLIGHT, this.welcome.maxBlocksInFlight));
    this.environment.onOpen(card);
    this.calls.askAllAgain(nowMs);
    this.others.ask(nowMs);
    this.askForSpace();
    return true;
  }

  private onAnswer(): true {
    const { tag, count } = this.answer;
    const first = toBigint(this.answer.first);
    const last = first + BigInt(count) - 1n;
    if (first < 1n || last > MAX_NUMBER) {
      this.counters.answersOutOfRange += 1;
      return true;
    }
    if (!this.calls.isInFlight(tag, count)) {
      this.counters.answersUnmatched += 1;
      return true;
    }
    this.environment.onNewest(last);
    this.counters.numbersSkipped += this.calls.answer(tag, first);
    this.askForSpace();
    return true;
  }

  private onRefuse(nowMs: number): true {
    const { tag, code } = this.refuse;
    if (code === REFUSE_NO_SESSION) {
      this.counters.sessionsLost += 1;
      this.connect(nowMs);
      return true;
    }
    const error = refusalError(code);
    if (this.environment.whenNotReady === "wait" && isPassing(code)) {
      if (this.calls.hold(tag, error, nowMs)) this.counters.refusalsWaited += 1;
      else this.counters.answersUnmatched += 1;
      return true;
    }
    if (!this.calls.refuse(tag, error)) this.counters.answersUnmatched += 1;
    this.askForSpace();
    return true;
  }

  private onView(nowMs: number): true {
    const wasReady = this.isReady;
    const change = this.knownView.take(this.card?.id ?? 0, (base) => this.others.changes.planOf(base));
    if (change !== null) this.environment.onView(change);
    if (!wasReady && this.isReady) this.environment.onReady();
    if (this.isReady) this.calls.askRefused(nowMs);
    this.askForSpace();
    return true;
  }

  private onMirror(): true {
    this.noteNewest(newestBelow(this.mirror.held));
    return true;
  }

  /** A card says that it holds `number`; one that lies must not lift what callers read as the newest out of its range. */
  private noteNewest(number: bigint): void {
    if (number <= MAX_NUMBER) this.environment.onNewest(number);
    else this.counters.answersOutOfRange += 1;
  }

  private onStatus(type: number, frame: FrameBuffer): boolean {
    const status = this.others.questions.onStatus(type, frame);
    if (typeof status === "boolean") return status;
    this.knownCard.note(status);
    this.noteNewest(status.latest);
    this.others.questions.answerStatus(status);
    return true;
  }

  private expire(nowMs: number): void {
    this.calls.expire(nowMs, (refusedFor) => timeoutError(this.line, refusedFor ?? this.notReadyError()));
    this.others.expire(
      nowMs,
      () => timeoutError(this.line, null),
      () => timeoutError(this.line, this.notReadyError()),
    );
  }
}
