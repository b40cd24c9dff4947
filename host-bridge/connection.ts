import debug from "debug";
import type { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import type { Caller } from "./caller.js";
import type { CardIdentity } from "./card-identity.js";
import type { CardReport } from "./card-report.js";
import { CardSession } from "./card-session.js";
import type { CardStatus } from "./card-status.js";
import type { Clock } from "./clock.js";
import { asSequenceError, type SequenceError } from "./errors.js";
import type { Waiter } from "./exchange.js";
import { type FabricSurvey, fabricSurvey } from "./fabric-survey.js";
import { Line } from "./line.js";
import { closedError, disconnectedError } from "./session-errors.js";
import { SpinJudge } from "./spin-judge.js";
import { RECONNECT_FIRST_MS, RECONNECT_LONGEST_MS } from "./timing.js";
import type { OpenTransport } from "./transport.js";
import type { ViewChange } from "./view.js";

const log = debug("seqcard:session");

/** What being unplugged, or a daemon or server that is restarted, is like. */
const USUAL_LOSSES: ReadonlySet<string> = new Set([
  "DISCONNECTED",
  "PORT_NOT_FOUND",
  "PORT_BUSY",
  "DAEMON_NOT_RUNNING",
  "NATS_UNREACHABLE",
]);

export interface ConnectionOptions {
  readonly openTransport: OpenTransport;
  readonly clock: Clock;
  readonly random32: () => number;
  readonly openTimeoutMs: number;
  readonly whenNotReady: "wait" | "reject";
  readonly reconnect: boolean;
  /** Sees each frame of the session in front of it; the frame's memory is used again as soon as this returns. */
  readonly onFrame?: (frame: FrameBuffer) => void;
}

export interface ConnectionEvents {
  onReady(): void;
  onView(change: ViewChange): void;
  onNewest(number: bigint): void;
  onDisconnect(error: SequenceError): void;
  onReconnect(card: CardIdentity): void;
  /** The card cannot be reached again, for a reason that will not pass by itself. */
  onError(error: SequenceError): void;
  /** Nothing comes after this. */
  onClosed(reason: SequenceError): void;
}

/** Gives a session its line, its clock and its turns, and the line back when it was lost. */
export class Connection {
  readonly session: CardSession;
  readonly line: Line;
  private readonly options: ConnectionOptions;
  private readonly events: ConnectionEvents;
  /** Settles `start`; null once the card has been heard. */
  private starting: { resolve: () => void; reject: (error: SequenceError) => void } | null = null;
  private isLost = false;
  private isStopped = false;
  private pauseMs = RECONNECT_FIRST_MS;
  private complainedOf: string | null = null;
  private isFlushDue = false;
  /** When the first call of this turn was made. */
  private turnMs = 0;
  private cancelTimer: (() => void) | null = null;
  private timerAtMs = Number.POSITIVE_INFINITY;
  private readonly spinJudge = new SpinJudge();
  private cancelPause: (() => void) | null = null;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.options = options;
    this.events = events;
    this.line = new Line(options.openTransport, {
      onFrame: (frame) => {
        if (this.session.isOfSession(frame)) options.onFrame?.(frame);
        this.session.receive(frame, this.nowMs);
      },
      onPause: () => this.arm(),
      onLost: (error) => this.lose(error),
    });
    this.session = new CardSession({
      openTimeoutMs: options.openTimeoutMs,
      whenNotReady: options.whenNotReady,
      send: (frame) => this.line.send(frame),
      random32: options.random32,
      onOpen: (card) => this.onOpen(card),
      onUnusable: (error) => this.lose(error),
      onView: (change) => events.onView(change),
      onReady: () => events.onReady(),
      onNewest: (number) => events.onNewest(number),
      onSpace: () => queueMicrotask(() => this.flushSoon()),
    });
  }

  get nowMs(): number {
    return this.options.clock.nowMs();
  }

  /** Resolves when the card has answered; rejects with the reason why it cannot be used. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.starting = { resolve, reject };
      void this.attempt();
    });
  }

  /** The time for a call that is made now: one look at the clock does for all calls of a turn. */
  callMs(): number {
    if (!this.isFlushDue) this.turnMs = this.nowMs;
    return this.turnMs;
  }

  /** Adds a call. It goes out with all others of this turn. */
  add(caller: Caller): void {
    this.session.add(caller);
    this.flushSoon();
  }

  /**
   * Asks the card something of the session's, and waits for what comes of it.
   * @param ask hands the waiter to the session.
   */
  ask<Value>(timeoutMs: number, ask: (waiter: Waiter<Value>, nowMs: number) => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      const { nowMs } = this;
      ask({ deadlineMs: nowMs + timeoutMs, resolve, reject }, nowMs);
      this.arm();
    });
  }

  status(timeoutMs: number): Promise<CardStatus> {
    return this.ask(timeoutMs, (waiter, nowMs) => this.session.requestStatus(waiter, nowMs));
  }

  /** Asks all cards of the fabric, through this one. */
  async survey(timeoutMs: number): Promise<FabricSurvey> {
    const reports = this.ask<readonly CardReport[]>(timeoutMs, (waiter, nowMs) =>
      this.session.requestSurvey(waiter, nowMs),
    );
    const [status, cards] = await Promise.all([this.status(timeoutMs), reports]);
    return fabricSurvey(status, cards);
  }

  /** Looks anew when the session wants to be woken. To be called after whatever was asked of it. */
  arm(): void {
    const atMs = this.isStopped ? Number.POSITIVE_INFINITY : this.session.wakeUpMs;
    if (this.cancelTimer !== null && (atMs >= this.timerAtMs || atMs === Number.POSITIVE_INFINITY)) return;
    this.cancelTimer?.();
    this.cancelTimer = null;
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.timerAtMs = atMs;
    this.cancelTimer = this.options.clock.setTimer(() => this.wake(), Math.max(0, atMs - this.nowMs));
  }

  /**
   * Reads, and lets the session work, in this thread until `caller` is settled.
   * @param spinMs how long it may spin before it sleeps.
   */
  waitFor(caller: Caller, spinMs: number): void {
    const beganMs = this.nowMs;
    this.session.flush(beganMs);
    const spins = this.spinJudge.shouldSpin(spinMs);
    const spinUntilMs = spins ? beganMs + spinMs : beganMs;
    while (!caller.isSettled) {
      this.line.poll();
      if (caller.isSettled) break;
      if (!this.line.isUp) {
        caller.fail(disconnectedError());
        break;
      }
      const nowMs = this.nowMs;
      this.session.tick(nowMs);
      this.session.flush(nowMs);
      if (nowMs >= spinUntilMs && !caller.isSettled) this.line.wait(this.session.wakeUpMs - nowMs);
    }
    if (caller.isServed) this.spinJudge.note(spins, this.nowMs - beganMs);
    this.arm();
  }

  /** Ends everything. Calls that still wait, and a `start` that is under way, are rejected with `reason`. */
  async stop(reason: SequenceError): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    const { starting } = this;
    this.starting = null;
    this.cancelTimer?.();
    this.cancelPause?.();
    this.session.close();
    this.session.failAll(reason);
    await this.release();
    starting?.reject(reason);
    this.events.onClosed(reason);
  }

  /** Closes the line. That it cannot be closed is of no use to anybody. */
  private async release(): Promise<void> {
    try {
      await this.line.close();
    } catch (error) {
      log("close failed: %o", error);
    }
  }

  private wake(): void {
    this.cancelTimer = null;
    this.session.tick(this.nowMs);
    this.arm();
  }

  /** One flush for all calls of a turn: next ticks run when the microtasks that make such calls have run out. */
  private flushSoon(): void {
    if (this.isFlushDue) return;
    this.isFlushDue = true;
    process.nextTick(() => {
      this.isFlushDue = false;
      this.session.flush(this.nowMs);
      this.arm();
    });
  }

  private async attempt(): Promise<void> {
    try {
      if (!(await this.line.open())) return;
    } catch (thrown) {
      this.lose(asSequenceError(thrown, "PORT_FAILED", "cannot open the port"));
      return;
    }
    this.session.connect(this.nowMs);
    this.arm();
  }

  private onOpen(card: CardIdentity): void {
    log("card %d of fabric %d answers", card.id, card.fabricId);
    this.pauseMs = RECONNECT_FIRST_MS;
    this.complainedOf = null;
    this.starting?.resolve();
    this.starting = null;
    if (!this.isLost) return;
    this.isLost = false;
    this.events.onReconnect(card);
  }

  /** The line broke, could not be opened, or leads to something that cannot be used. */
  private lose(error: SequenceError): void {
    if (this.isStopped) return;
    log("lost: %s: %s", error.code, error.message);
    const released = this.release();
    this.session.disconnect();
    if (this.starting !== null) {
      const { reject } = this.starting;
      this.starting = null;
      void Promise.all([released, this.stop(error)]).then(() => reject(error));
      return;
    }
    if (!this.isLost) {
      this.isLost = true;
      this.events.onDisconnect(error);
    }
    if (!this.options.reconnect) {
      void this.stop(error.code === "DISCONNECTED" ? error : disconnectedError(error));
      return;
    }
    this.complain(error);
    this.cancelPause = this.options.clock.setTimer(() => void this.attempt(), this.pauseMs);
    this.pauseMs = Math.min(2 * this.pauseMs, RECONNECT_LONGEST_MS);
    this.arm();
  }

  /** Once a kind of failure, and not for what being unplugged is like. */
  private complain(error: SequenceError): void {
    const isUsual = USUAL_LOSSES.has(error.code);
    if (isUsual || this.complainedOf === error.code) return;
    this.complainedOf = error.code;
    this.events.onError(error);
  }

  /** @returns the error with which calls are to be rejected now, or null. */
  refusal(): SequenceError | null {
    if (this.isStopped) return closedError();
    const mayWait = this.options.whenNotReady === "wait";
    return this.isLost && !mayWait ? disconnectedError() : null;
  }
}
