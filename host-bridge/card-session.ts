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
  decodeHostView,
  encodeEmptyBody,
  encodeHostRequest,
  HostAnswerFields,
  HostMirrorFields,
  HostRefuseFields,
  HostViewFields,
} from "../firmware/wire/host-frames.js";
import {
  decodeHostWelcome,
  type HostInitFields,
  HostWelcomeFields,
} from "../firmware/wire/host-setup-frames.js";
import type { PlanFields } from "../firmware/wire/plan-frames.js";
import {
  CableCalls,
  type EchoQuestion,
  type EchoResult,
  type LinkTestQuestion,
  type LinkTestResult,
} from "./cable-calls.js";
import type { Caller } from "./caller.js";
import { CardChanges } from "./card-changes.js";
import { type CardIdentity, identityFrom, isUnsettled } from "./card-identity.js";
import { CardQuestions } from "./card-questions.js";
import type { CardReport } from "./card-report.js";
import type { CardStatus } from "./card-status.js";
import { SequenceError } from "./errors.js";
import type { Waiter } from "./exchange.js";
import { NumberCalls } from "./number-calls.js";
import { isPassing, refusalError, stateError } from "./refusals.js";
import { SessionCounters } from "./session-counters.js";
import type { SessionEnvironment } from "./session-environment.js";
import { disconnectedError, timeoutError, wrongFabricError, wrongVersionError } from "./session-errors.js";
import { OPEN_REPEAT_MS } from "./timing.js";
import { MAX_NUMBER, newestBelow, toBigint } from "./uint64-bigint.js";
import { type View, viewChange, viewFrom } from "./view.js";

/**
 * The host's side of the protocol: a pure state machine. Frames and the time go in; frames, settled callers and the
 * time at which it wants to be woken come out. It outlives its line: `disconnect` and `connect` again keep the callers.
 */
export class CardSession {
  readonly counters = new SessionCounters();
  private readonly environment: SessionEnvironment;
  private readonly frame = new FrameBuffer();
  private readonly calls: NumberCalls;
  private readonly changes: CardChanges;
  private readonly questions: CardQuestions;
  private readonly cables: CableCalls;
  private line: "down" | "opening" | "open" = "down";
  private session = 0;
  private openAgainMs = 0;
  private openDeadlineMs = 0;
  private fabricId = 0;
  private knownCard: CardIdentity | null = null;
  private knownView: View | null = null;
  private isViewFresh = false;
  /** Whether the card was out of reach, and perhaps without power, since the view that is known. */
  private wasAway = false;
  private readonly welcome = new HostWelcomeFields();
  private readonly answer = new HostAnswerFields();
  private readonly refuse = new HostRefuseFields();
  private readonly viewFields = new HostViewFields();
  private readonly mirror = new HostMirrorFields();

  constructor(environment: SessionEnvironment) {
    this.environment = environment;
    this.calls = new NumberCalls(environment.random32(), (tag, count) => {
      encodeHostRequest(this.frame, tag, count);
      this.send(FRAME_HOST_REQUEST);
    });
    this.changes = new CardChanges(
      this.frame,
      (type) => this.send(type),
      this.counters,
      (cardId, fabricId) => this.becomeMember(cardId, fabricId),
    );
    this.questions = new CardQuestions(
      this.frame,
      (type) => this.send(type),
      this.counters,
      environment.random32(),
    );
    this.cables = new CableCalls(
      environment.random32(),
      this.frame,
      (type) => this.send(type),
      this.counters,
    );
  }

  /** The card that answered last. */
  get card(): CardIdentity | null {
    return this.knownCard;
  }

  get view(): View | null {
    return this.knownView;
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
    return this.isOpen && this.isViewFresh && this.knownView?.state === "ready";
  }

  /** Whether nobody waits for a number. */
  get isIdle(): boolean {
    return this.calls.isIdle;
  }

  /** When `tick` is to be called, `Infinity` for never. Calling it early does no harm. */
  get wakeUpMs(): number {
    const deadlineMs = Math.min(
      this.calls.earliestDeadlineMs,
      this.questions.earliestDeadlineMs,
      this.changes.earliestDeadlineMs,
      this.cables.earliestDeadlineMs,
    );
    if (this.line === "down") return deadlineMs;
    if (this.line === "opening") return Math.min(deadlineMs, this.openAgainMs, this.openDeadlineMs);
    return Math.min(deadlineMs, this.calls.wakeUpMs, this.questions.wakeUpMs, this.changes.wakeUpMs);
  }

  /** There is a line: begins a new session on it. Whatever an earlier session still brings is dropped from now on. */
  connect(nowMs: number): void {
    const before = this.session;
    do this.session = this.environment.random32() >>> 0;
    while (this.session === before);
    this.line = "opening";
    this.isViewFresh = false;
    this.wasAway = true;
    this.openDeadlineMs = nowMs + this.environment.openTimeoutMs;
    this.sendOpen(nowMs);
  }

  /** The line is gone. What is in flight is asked for again in the next session, unless `failAll` follows. */
  disconnect(): void {
    this.line = "down";
    this.isViewFresh = false;
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
    if (this.questions.requestStatus(waiter) && this.isOpen) this.questions.askStatus(nowMs);
  }

  /** @param waiter is handed a report of each card of the fabric, silent ones too, by rising id. */
  requestSurvey(waiter: Waiter<readonly CardReport[]>, nowMs: number): void {
    if (this.questions.requestSurvey(waiter) && this.isOpen) this.questions.askSurvey(nowMs);
  }

  /** Sends one echo; where the card cannot be asked now, it is rejected at once. */
  requestEcho(question: EchoQuestion, waiter: Waiter<EchoResult>): void {
    if (this.isOpen) this.cables.echo(question, waiter);
    else waiter.reject(disconnectedError());
  }

  /** Asks for one test of a cable; where the card cannot be asked now, it is rejected at once. */
  requestLinkTest(question: LinkTestQuestion, waiter: Waiter<LinkTestResult>): void {
    if (this.isOpen) this.cables.testLink(question, waiter);
    else waiter.reject(disconnectedError());
  }

  /** @param waiter is handed what the card drew, by which its fabric knows it from now on. */
  requestInit(fields: HostInitFields, waiter: Waiter<number>, nowMs: number): void {
    if (this.changes.requestInit(fields, waiter) && this.isOpen) this.changes.ask(nowMs);
  }

  /** @param waiter is handed the first number of the new view. */
  requestPlan(fields: PlanFields, waiter: Waiter<bigint>, nowMs: number): void {
    if (this.changes.requestPlan(fields, waiter) && this.isOpen) this.changes.ask(nowMs);
  }

  /** How often the card was asked: from the second time on, CARD_NOT_BLANK may be our own doing. */
  get initAttempts(): number {
    return this.changes.initAttempts;
  }

  /** Rejects every call. */
  failAll(error: SequenceError): void {
    this.calls.failAll(error);
    this.questions.reject(error);
    this.changes.reject(error);
    this.cables.reject(error);
  }

  /** Why nobody gets a number now, or null where they can. */
  notReadyError(): SequenceError | null {
    if (!this.isOpen || !this.isViewFresh) return null;
    return stateError(this.viewFields.state);
  }

  tick(nowMs: number): void {
    this.expire(nowMs);
    if (this.line === "opening") {
      if (this.openDeadlineMs <= nowMs) {
        this.environment.onUnusable(
          new SequenceError(
            "NOT_A_CARD",
            "nothing that speaks seqcard's protocol answers at this port; choose another (`seqcard ports`), or flash the card",
          ),
        );
      } else if (this.openAgainMs <= nowMs) {
        this.sendOpen(nowMs);
      }
    } else if (this.line === "open") {
      this.calls.tick(nowMs);
      this.questions.tick(nowMs);
      this.changes.tick(nowMs);
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
        return decodeHostView(frame, this.viewFields) && this.onView(nowMs);
      case FRAME_HOST_MIRROR:
        return decodeHostMirror(frame, this.mirror) && this.onMirror();
      case FRAME_HOST_INIT_RESULT:
        return this.changes.onInitResult(frame);
      case FRAME_HOST_PLAN_RESULT:
        return this.changes.onPlanResult(frame);
      case FRAME_HOST_REPORT:
        return this.questions.onReport(frame);
      case FRAME_HOST_ECHO_RESULT:
        return this.cables.onEchoResult(frame);
      case FRAME_HOST_LINK_TEST_RESULT:
        return this.cables.onLinkTestResult(frame);
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
    // A card that is in no fabric yet, or in none any more, may have been initialised anew by another process.
    const isSettled = this.knownCard !== null && !isUnsettled(this.knownCard);
    if (isSettled && card.fabricId !== this.fabricId) {
      this.environment.onUnusable(wrongFabricError(this.fabricId, card));
      return true;
    }
    this.fabricId = card.fabricId;
    this.knownCard = card;
    if (this.line === "open") return true;
    this.line = "open";
    this.calls.maxBlocks = Math.max(1, Math.min(MAX_BLOCKS_IN_FLIGHT, this.welcome.maxBlocksInFlight));
    this.environment.onOpen(card);
    this.calls.askAllAgain(nowMs);
    this.questions.askStatus(nowMs);
    this.questions.askSurvey(nowMs);
    this.changes.ask(nowMs);
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
    const current = viewFrom(this.viewFields);
    const change = viewChange(this.knownView, current, {
      card: this.knownCard?.id ?? 0,
      wasRestarted: this.wasAway,
      planned: this.changes.planOf(current.base),
    });
    if (this.knownView?.number !== current.number || current.state === "ready") this.wasAway = false;
    this.knownView = current;
    this.isViewFresh = true;
    if (change !== null) this.environment.onView(change);
    if (!wasReady && this.isReady) this.environment.onReady();
    if (this.isReady) this.calls.askRefused(nowMs);
    this.askForSpace();
    return true;
  }

  private onMirror(): true {
    const newest = newestBelow(this.mirror.held);
    if (newest <= MAX_NUMBER) this.environment.onNewest(newest);
    else this.counters.answersOutOfRange += 1;
    return true;
  }

  private becomeMember(id: number, fabricId: number): void {
    this.fabricId = fabricId;
    if (this.knownCard === null) return;
    this.knownCard = { ...this.knownCard, id, fabricId, blank: false, removed: false };
  }

  private onStatus(type: number, frame: FrameBuffer): boolean {
    const status = this.questions.onStatus(type, frame);
    if (typeof status === "boolean") return status;
    // A card whose result of an init was lost is a member without our having heard so.
    if (this.fabricId === 0 && !status.blank) this.becomeMember(status.card, status.fabricId);
    const { joining, removed } = status;
    if (this.knownCard !== null) this.knownCard = { ...this.knownCard, joining, removed };
    this.environment.onNewest(status.latest);
    this.questions.answerStatus(status);
    return true;
  }

  private expire(nowMs: number): void {
    this.calls.expire(nowMs, (refusedFor) => timeoutError(this.line, refusedFor ?? this.notReadyError()));
    this.questions.expire(nowMs, () => timeoutError(this.line, null));
    this.cables.expire(nowMs, () => timeoutError(this.line, null));
    this.changes.expire(nowMs, () => timeoutError(this.line, this.notReadyError()));
  }
}
