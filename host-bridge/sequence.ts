import { randomInt } from "node:crypto";
import { EventEmitter } from "node:events";
import { MAX_BLOCK_COUNT } from "../firmware/wire/constants.js";
import type { DecoderCounters } from "../firmware/wire/frame-decoder.js";
import type { PlanFields } from "../firmware/wire/plan-frames.js";
import { syncUnsupported } from "./binding-transport.js";
import type { EchoQuestion, EchoResult, LinkTestQuestion, LinkTestResult } from "./cable-calls.js";
import { Caller } from "./caller.js";
import type { CardIdentity } from "./card-identity.js";
import type { CardStatus } from "./card-status.js";
import type { Clock } from "./clock.js";
import { Connection, type ConnectionOptions } from "./connection.js";
import { SequenceError } from "./errors.js";
import type { FabricSurvey } from "./fabric-survey.js";
import { type Initialisation, initFields, isAlready } from "./initialisation.js";
import { LatestNumber } from "./latest-number.js";
import {
  type Handover,
  handoverFields,
  type MemberListChange,
  memberFields,
  seedFields,
} from "./planned-change.js";
import { ReadyWaiters } from "./ready-waiters.js";
import type { SequenceEvents } from "./sequence-events.js";
import type { SessionCounters } from "./session-counters.js";
import { closedError, disconnectedError, timeoutError } from "./session-errors.js";
import { CLOSE_GRACE_MS, DEFAULT_SPIN_US } from "./timing.js";
import type { View } from "./view.js";

/** A block of numbers, both ends included. */
export interface NumberBlock {
  readonly first: bigint;
  readonly last: bigint;
}

export interface NextSyncOptions {
  /**
   * How long it may spin before it sleeps, in microseconds; 200 by default. It spins only where that has proved quicker:
   * where answers come within that time, and nobody else needs the core. 0 never spins, `Infinity` always.
   */
  readonly spinUs?: number;
  /** How long the call may take, in milliseconds; that of `open` by default. */
  readonly timeoutMs?: number;
}

export interface WaitForReadyOptions {
  /** How long to wait, in milliseconds; that of `open` by default. */
  readonly timeoutMs?: number;
  /** Ends the waiting with ABORTED. */
  readonly signal?: AbortSignal;
}

export interface SequenceSettings extends ConnectionOptions {
  readonly timeoutMs: number;
}

/** What the host's side has counted. */
export interface HostCounters {
  readonly session: Readonly<SessionCounters>;
  readonly decoder: Readonly<DecoderCounters>;
}

/**
 * A card's numbers: each is delivered once, to one caller anywhere, and is greater than every number that was
 * delivered anywhere before it was asked for. Made by `open`.
 */
export class Sequence extends EventEmitter<SequenceEvents> {
  /** Resolves to the reason when this sequence is over: CLOSED, or DISCONNECTED without `reconnect`. Never rejects. */
  readonly closed: Promise<SequenceError>;
  private readonly connection: Connection;
  private readonly clock: Clock;
  private readonly timeoutMs: number;
  private readonly newest = new LatestNumber();
  private readonly readyWaiters: ReadyWaiters;
  private closing: Promise<void> | null = null;

  protected constructor(settings: SequenceSettings) {
    super();
    this.clock = settings.clock;
    this.timeoutMs = settings.timeoutMs;
    let onClosed: (reason: SequenceError) => void = () => {};
    this.closed = new Promise((resolve) => {
      onClosed = resolve;
    });
    this.connection = new Connection(settings, {
      onReady: () => {
        this.readyWaiters.resolveAll();
        this.announce("ready");
      },
      onView: (change) => this.announce("view", change),
      onDisconnect: (error) => this.announce("disconnect", error),
      onReconnect: (card) => this.announce("reconnect", card),
      onError: (error) => this.announce("error", error),
      onNewest: (number) => this.newest.raiseTo(number),
      onClosed: (reason) => {
        this.readyWaiters.rejectAll(reason);
        onClosed(reason);
      },
    });
    this.readyWaiters = new ReadyWaiters(settings.clock, () =>
      timeoutError(this.connection.session.lineState, this.connection.session.notReadyError()),
    );
  }

  /** For `open` and for tests, which bring a transport and a clock of their own. */
  static async start(settings: SequenceSettings): Promise<Sequence> {
    const sequence = new Sequence(settings);
    await sequence.begin();
    return sequence;
  }

  /** Resolves when the card has answered. */
  protected begin(): Promise<void> {
    return this.connection.start();
  }

  /** The card behind the port. */
  get card(): CardIdentity {
    return this.connection.session.card as CardIdentity;
  }

  /** The view as the card told it last; null before it told any. */
  get view(): View | null {
    return this.connection.session.view;
  }

  /** Whether a number asked for now is likely to come. */
  get ready(): boolean {
    return this.connection.session.isReady;
  }

  /** Where `latest` stands: hand it to a worker thread, and read it there with `readLatest`. */
  get memory(): SharedArrayBuffer {
    return this.newest.memory;
  }

  /** Whether changes, such as `seed`, can be asked for: not by NATS. */
  get carriesChanges(): boolean {
    return true;
  }

  get hostCounters(): HostCounters {
    return {
      session: { ...this.connection.session.counters },
      decoder: { ...this.connection.line.decoderCounters },
    };
  }

  /** The newest number that this process knows to exist, 0n before any. Never goes down; costs no call. */
  latest(): bigint {
    return this.newest.read();
  }

  /** Asks for one number. Calls of one turn get theirs in the order in which they came. */
  next(): Promise<bigint> {
    return this.ask(1);
  }

  /**
   * Asks for numbers without a gap.
   * @param count 1 to `MAX_BLOCK_COUNT` (32,768), or it rejects with BAD_COUNT.
   */
  async nextBlock(count: number): Promise<NumberBlock> {
    const first = await this.ask(count);
    return { first, last: first + BigInt(count) - 1n };
  }

  /**
   * Asks for one number and blocks the thread until it is there: spins where that pays, then sleeps. At a port it sleeps
   * in the kernel until a byte comes, and in slices of a millisecond when less than 0.1 s is left to the deadline or the
   * next retry; through the daemon in naps that end where earlier answers came.
   * Other callers' numbers are taken in meanwhile; their promises settle when the event loop runs again.
   * @throws SequenceError as `next` rejects; DISCONNECTED at once where the line is broken, as it takes the event loop
   * to mend it; SYNC_UNSUPPORTED on Windows.
   */
  nextSync(options: NextSyncOptions = {}): bigint {
    const spinUs = options.spinUs ?? DEFAULT_SPIN_US;
    const timeoutMs = options.timeoutMs ?? this.timeoutMs;
    if (!(spinUs >= 0)) throw new SequenceError("BAD_OPTION", "spinUs must be 0 or more");
    if (!(timeoutMs > 0)) throw new SequenceError("BAD_OPTION", "timeoutMs must be more than 0");
    const refusal = this.refusal();
    if (refusal !== null) throw refusal;
    if (!this.connection.line.isUp) throw disconnectedError();
    if (!this.connection.line.canWait) throw syncUnsupported();
    let first: bigint | null = null;
    let failure: SequenceError | null = null;
    const caller = new Caller(
      1,
      this.clock.nowMs() + timeoutMs,
      (number) => {
        first = number;
      },
      (error) => {
        failure = error;
      },
    );
    this.connection.session.add(caller);
    this.connection.waitFor(caller, spinUs / 1_000);
    if (first === null) throw failure ?? closedError();
    return first;
  }

  /**
   * Waits until numbers can be had; resolves at once where they can.
   * Rejects with TIMEOUT, whose `reason` and message tell what keeps the fabric, with ABORTED, or with CLOSED.
   */
  waitForReady({ timeoutMs = this.timeoutMs, signal }: WaitForReadyOptions = {}): Promise<void> {
    if (!(timeoutMs > 0)) {
      return Promise.reject(new SequenceError("BAD_OPTION", "timeoutMs must be more than 0"));
    }
    // Not what `refusal` says: an unplugged card may be waited for.
    if (this.closing !== null) return Promise.reject(closedError());
    return this.ready ? Promise.resolve() : this.readyWaiters.add(timeoutMs, signal);
  }

  /** Asks every card of the fabric about itself, by way of this one. Cards that do not answer are told as silent. */
  survey(): Promise<FabricSurvey> {
    const refusal = this.refusal();
    return refusal === null ? this.connection.survey(this.timeoutMs) : Promise.reject(refusal);
  }

  /** Asks the card about itself. */
  status(): Promise<CardStatus> {
    const refusal = this.refusal();
    return refusal === null ? this.connection.status(this.timeoutMs) : Promise.reject(refusal);
  }

  /**
   * Has the card send an echo over one of its cables, to whoever is at the other end. It changes nothing but counts of frames.
   * A card of before there were echoes does not answer: TIMEOUT, `waitMs` and the time-out of `open` later.
   */
  echo(question: EchoQuestion): Promise<EchoResult> {
    const refusal = this.refusal();
    if (refusal !== null) return Promise.reject(refusal);
    return this.connection.ask(question.waitMs + this.timeoutMs, (waiter) =>
      this.connection.session.requestEcho(question, waiter),
    );
  }

  /**
   * Has the card test one of its cables at another rate, by agreement with whoever is at the other end: for `durationMs` nothing but
   * echoes goes over it, and then both ends go back by themselves. Fabrics bear that as they bear a cable that is cut for so long.
   * A card of before there were such tests does not answer: TIMEOUT.
   * @returns as soon as both ends are at that rate, or it is clear that they will not be.
   */
  testLink(question: LinkTestQuestion): Promise<LinkTestResult> {
    const refusal = this.refusal();
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const deadlineMs = this.clock.nowMs() + this.timeoutMs;
      this.connection.session.requestLinkTest(question, { deadlineMs, resolve, reject });
      this.connection.arm();
    });
  }

  /**
   * Has a blank or removed card wait for its fabric: for all cards of a new one to be initialised and connected, or, with
   * `kind: "join"`, until a fabric takes it in (see `addMember`).
   * @returns what the card drew, by which its fabric knows it: a card that is initialised again is another.
   * Rejects with CARD_NOT_BLANK, BAD_MEMBERS, BAD_FIRST, BAD_FABRIC, WRONG_FABRIC or STORAGE_FAILED.
   */
  async initialise(initialisation: Initialisation): Promise<number> {
    const fields = initFields(initialisation);
    const refusal = this.refusal();
    if (refusal !== null) throw refusal;
    const { session } = this.connection;
    try {
      return await this.connection.ask<number>(this.timeoutMs, (waiter, nowMs) =>
        session.requestInit(fields, waiter, nowMs),
      );
    } catch (error) {
      // Asked twice, as the first answer was lost, a card that took it refuses: then it is what it was told to be.
      if (!(error instanceof SequenceError) || error.code !== "CARD_NOT_BLANK") throw error;
      const status = session.initAttempts < 2 ? null : await this.status();
      if (status === null || !isAlready(status, initialisation)) throw error;
      return status.incarnation;
    }
  }

  /**
   * Raises the next number to `number` (1 to 2^63-1), for good: a planned view change that can only raise.
   * @returns the first number of the new view.
   * Rejects with BAD_FIRST, SEED_TOO_LOW, NOT_READY, BUSY or CHANGE_FAILED.
   */
  async seed(number: bigint): Promise<bigint> {
    return this.change(seedFields(number, randomInt(0x1_0000_0000)));
  }

  /**
   * Hands the roles to other cards, by a planned view change that skips nothing.
   * @returns the first number of the new view.
   * Rejects with BAD_MEMBERS, NOT_READY, BUSY or CHANGE_FAILED.
   */
  async handover(handover: Handover): Promise<bigint> {
    return this.change(handoverFields(handover, randomInt(0x1_0000_0000)));
  }

  /**
   * Asks the fabric to change its list of members: for `addMember`, `removeMember` and `replaceMember`.
   * @returns the first number of the new view.
   * Rejects with BAD_MEMBERS, ID_USED, LIST_FULL, NO_QUORUM, NOT_HEARD, IS_PRIMARY, LAST_CARD, NOT_READY, BUSY or CHANGE_FAILED.
   */
  async changeMembers(change: MemberListChange): Promise<bigint> {
    return this.change(memberFields(change, randomInt(0x1_0000_0000)));
  }

  private change(fields: PlanFields): Promise<bigint> {
    const refusal = this.refusal();
    if (refusal !== null) return Promise.reject(refusal);
    return this.connection.ask(this.timeoutMs, (waiter, nowMs) =>
      this.connection.session.requestPlan(fields, waiter, nowMs),
    );
  }

  /**
   * Ends this sequence: no call is taken any more, what is in flight gets up to a second, and whatever then still
   * waits is rejected with CLOSED. Safe twice.
   */
  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async finish(): Promise<void> {
    const { session } = this.connection;
    if (session.isOpen && !session.isIdle) {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.setTimer(resolve, CLOSE_GRACE_MS);
        session.notifyIdle(() => {
          cancel();
          resolve();
        });
      });
    }
    await this.connection.stop(closedError());
  }

  /** A card exists that knows `number`. */
  protected raiseLatest(number: bigint): void {
    this.newest.raiseTo(number);
  }

  /** Why calls cannot be taken now, or null where they can. */
  protected refusal(): SequenceError | null {
    return this.closing === null ? this.connection.refusal() : closedError();
  }

  private ask(count: number): Promise<bigint> {
    if (!Number.isInteger(count) || count < 1 || count > MAX_BLOCK_COUNT) {
      return Promise.reject(
        new SequenceError(
          "BAD_COUNT",
          `ask for a whole number from 1 to ${MAX_BLOCK_COUNT} of numbers, not ${count}`,
        ),
      );
    }
    const refusal = this.refusal();
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      this.connection.add(new Caller(count, this.connection.callMs() + this.timeoutMs, resolve, reject));
    });
  }

  /**
   * Events come in a turn of their own: a listener that calls back must not find this in the midst of something, and
   * one that is added as soon as `open` resolves hears the first ones too.
   */
  private announce<Name extends keyof SequenceEvents>(name: Name, ...values: SequenceEvents[Name]): void {
    setImmediate(() => {
      const emitter: EventEmitter = this;
      if (name !== "error" || emitter.listenerCount("error") > 0) emitter.emit(name, ...values);
    });
  }
}
