import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_INIT_RESULT,
  FRAME_HOST_MIRROR,
  FRAME_HOST_REFUSE,
  FRAME_HOST_TRUNK_CLOSE,
  FRAME_HOST_TRUNK_IN,
  FRAME_HOST_TRUNK_OPEN,
  FRAME_HOST_TRUNK_OUT,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  OFFSET_TYPE,
  REFUSE_NO_VIEW,
} from "../../firmware/wire/frame-types.js";
import { HOST_HEADER_BYTES, writeHostHeader } from "../../firmware/wire/header.js";
import {
  decodeHostMirror,
  decodeHostView,
  encodeEmptyBody,
  encodeHostView,
  HostMirrorFields,
  HostViewFields,
} from "../../firmware/wire/host-frames.js";
import type { Caller } from "../caller.js";
import type { CardIdentity } from "../card-identity.js";
import type { CardStatus } from "../card-status.js";
import type { Clock } from "../clock.js";
import { Connection } from "../connection.js";
import type { SequenceError } from "../errors.js";
import type { FabricSurvey } from "../fabric-survey.js";
import { closedError, disconnectedError } from "../session-errors.js";
import type { OpenTransport } from "../transport.js";
import { MAX_NUMBER, newestBelow } from "../uint64-bigint.js";
import type { View } from "../view.js";

/** How long a card may take to tell its status. */
const STATUS_TIMEOUT_MS = 2_000;

/** What only the daemon itself may send: a client could cut fabrics apart, or forge what comes from a card. */
const TRUNK_TYPES = [FRAME_HOST_TRUNK_OPEN, FRAME_HOST_TRUNK_CLOSE, FRAME_HOST_TRUNK_IN];

export interface CardPortOptions {
  readonly path: string;
  readonly openTransport: OpenTransport;
  readonly clock: Clock;
  readonly random32: () => number;
  readonly openTimeoutMs: number;
}

export interface CardPortEvents {
  /** It was opened, lost, or tells another view or state. */
  onHealth(port: CardPort): void;
  /** A frame for whoever asked something through this card: neither numbers nor a view. Valid until it returns. */
  onForeignFrame(port: CardPort, frame: FrameBuffer): void;
  /** A frame for the card at the other end of its trunk. Valid until it returns. */
  onTrunkFrame(port: CardPort, frame: FrameBuffer): void;
  /** A number exists. */
  onNewest(port: CardPort, number: bigint): void;
  /** The card holds a number, as primary or secondary. */
  onHeld(port: CardPort, number: bigint): void;
  onError(port: CardPort, error: SequenceError): void;
}

/** One card of the daemon: its connection, and what clients need to be told of it, as the card itself told it. */
export class CardPort {
  readonly path: string;
  held = 0n;
  error: SequenceError | null = null;
  /** When the card answered a block last. */
  answeredAtMs = Number.NEGATIVE_INFINITY;
  private readonly options: CardPortOptions;
  private readonly events: CardPortEvents;
  private connection: Connection;
  private isUp = false;
  private silent = false;
  private isProbing = false;
  private isStopped = false;
  private readonly welcome = new FrameBuffer();
  private readonly lastView = new FrameBuffer();
  private readonly viewFields = new HostViewFields();
  private readonly mirror = new HostMirrorFields();
  private readonly outgoing = new FrameBuffer();
  private readonly empty = new FrameBuffer();

  constructor(options: CardPortOptions, events: CardPortEvents) {
    this.path = options.path;
    this.options = options;
    this.events = events;
    this.connection = this.makeConnection();
  }

  /** null before it was heard for the first time. */
  get card(): CardIdentity | null {
    return this.connection.session.card;
  }

  get view(): View | null {
    return this.connection.session.view;
  }

  get isOpen(): boolean {
    return this.isUp && this.connection.session.isOpen;
  }

  get isReady(): boolean {
    return this.isUp && this.connection.session.isReady;
  }

  /** Whether it leaves orders unanswered. */
  get isSilent(): boolean {
    return this.silent;
  }

  /** It left orders unanswered for too long. It is silent until it answers one or a probe, or its line is lost. */
  markSilent(): void {
    this.silent = true;
  }

  /** Asks a silent card whether it is there again, once at a time. */
  probe(): void {
    if (this.isProbing) return;
    this.isProbing = true;
    const ended = (): void => {
      this.isProbing = false;
    };
    this.status().then(() => {
      ended();
      this.endSilence();
    }, ended);
  }

  /** Numbers that came when nobody waited any more. */
  get numbersSkipped(): number {
    return this.connection.session.counters.numbersSkipped;
  }

  /** Opens the card. Rejects as `open` does; it may then be tried again. */
  async start(): Promise<void> {
    this.connection = this.makeConnection();
    try {
      await this.connection.start();
      if (this.isStopped) await this.connection.stop(closedError());
      this.isUp = !this.isStopped;
      this.error = null;
    } catch (error) {
      this.error = error as SequenceError;
      throw error;
    }
    this.events.onHealth(this);
  }

  add(caller: Caller): void {
    this.connection.add(caller);
  }

  status(): Promise<CardStatus> {
    if (!this.isOpen) return Promise.reject(this.error ?? disconnectedError());
    return this.connection.status(STATUS_TIMEOUT_MS);
  }

  /** Asks all cards of the fabric, through this one. */
  survey(): Promise<FabricSurvey> {
    if (!this.isOpen) return Promise.reject(this.error ?? disconnectedError());
    return this.connection.survey(STATUS_TIMEOUT_MS);
  }

  /** Writes the card's own WELCOME into `into`. @returns false where none came yet. */
  copyWelcome(into: FrameBuffer): boolean {
    if (this.welcome.length === 0) return false;
    into.copy(this.welcome);
    return true;
  }

  /** Writes the card's newest view into `into`; without a line its state is that none is heard. @returns false for none. */
  copyView(into: FrameBuffer): boolean {
    if (this.lastView.length === 0) return false;
    into.copy(this.lastView);
    if (!this.isOpen && decodeHostView(this.lastView, this.viewFields)) {
      this.viewFields.state = REFUSE_NO_VIEW;
      encodeHostView(into, this.viewFields);
    }
    return true;
  }

  /** Sends a question of a client to the card, under this daemon's own session. The card checks what is in it. */
  sendForeign(frame: FrameBuffer): void {
    const type = frame.bytes[OFFSET_TYPE] as number;
    if (frame.length >= HOST_HEADER_BYTES && !TRUNK_TYPES.includes(type)) this.sendAs(type, frame);
  }

  /** Sends a frame, of which the body is taken, as one of this daemon's session. @returns false where there is no room. */
  sendAs(type: number, frame: FrameBuffer): boolean {
    if (!this.isOpen) return false;
    this.outgoing.copy(frame);
    writeHostHeader(this.outgoing, type, this.connection.session.number);
    return this.connection.line.send(this.outgoing);
  }

  /** Sends a frame without a body. What is lost of it is the caller's to send again. */
  sendEmpty(type: number): void {
    encodeEmptyBody(this.empty);
    this.sendAs(type, this.empty);
  }

  /** Bytes that the line has not taken yet. */
  get waitingBytes(): number {
    return this.connection.line.waitingBytes;
  }

  async stop(reason: SequenceError): Promise<void> {
    this.isStopped = true;
    this.isUp = false;
    await this.connection.stop(reason);
  }

  private makeConnection(): Connection {
    const { events, options } = this;
    const told = (): void => events.onHealth(this);
    return new Connection(
      { ...options, whenNotReady: "wait", reconnect: true, onFrame: (frame) => this.tap(frame) },
      {
        onReady: told,
        onView: told,
        onDisconnect: (error) => {
          this.error = error;
          this.silent = false;
          told();
        },
        onReconnect: () => {
          this.error = null;
          told();
        },
        onError: (error) => {
          this.error = error;
          events.onError(this, error);
        },
        onNewest: (number) => events.onNewest(this, number),
        onClosed: () => {},
      },
    );
  }

  /** Sees each frame of the session in front of the session itself. */
  private tap(frame: FrameBuffer): void {
    switch (frame.bytes[OFFSET_TYPE]) {
      case FRAME_HOST_ANSWER:
        this.answeredAtMs = this.options.clock.nowMs();
        this.endSilence();
        return;
      case FRAME_HOST_REFUSE:
        return;
      case FRAME_HOST_TRUNK_OUT:
        this.events.onTrunkFrame(this, frame);
        return;
      case FRAME_HOST_WELCOME:
        this.welcome.copy(frame);
        return;
      case FRAME_HOST_VIEW:
        if (decodeHostView(frame, this.viewFields)) this.lastView.copy(frame);
        return;
      case FRAME_HOST_MIRROR:
        if (decodeHostMirror(frame, this.mirror)) this.onMirror(newestBelow(this.mirror.held));
        return;
      case FRAME_HOST_INIT_RESULT:
        this.events.onForeignFrame(this, frame);
        this.meetAgain();
        return;
      default:
        this.events.onForeignFrame(this, frame);
    }
  }

  private endSilence(): void {
    if (!this.silent) return;
    this.silent = false;
    // When the session has read what came.
    queueMicrotask(() => this.events.onHealth(this));
  }

  private onMirror(newest: bigint): void {
    if (newest > MAX_NUMBER || newest < 1n) return;
    this.held = newest;
    this.events.onHeld(this, newest);
  }

  /** A client may have made the blank card a member: the card tells what it is now when it is opened anew. */
  private meetAgain(): void {
    if (this.card?.blank !== true) return;
    queueMicrotask(() => {
      this.connection.session.connect(this.options.clock.nowMs());
      this.connection.arm();
    });
  }
}
