import type { Socket } from "node:net";
import { MAX_BLOCK_COUNT, MAX_ENCODED_BYTES, PROTOCOL_VERSION } from "../../firmware/wire/constants.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_CLOSE,
  FRAME_HOST_MIRROR,
  FRAME_HOST_OPEN,
  FRAME_HOST_REFUSE,
  FRAME_HOST_REQUEST,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  OFFSET_TYPE,
  OFFSET_VERSION,
  REFUSE_BUSY,
  REFUSE_COUNT,
  REFUSE_NO_SESSION,
} from "../../firmware/wire/frame-types.js";
import { HOST_HEADER_BYTES, OFFSET_SESSION, writeHostHeader } from "../../firmware/wire/header.js";
import {
  decodeHostRequest,
  encodeEmptyBody,
  encodeHostAnswer,
  encodeHostRefuse,
  HostRequestFields,
} from "../../firmware/wire/host-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { writeAtOnce } from "../socket-descriptor.js";
import { setFromBigint } from "../uint64-bigint.js";
import { decodeWish, FRAME_DAEMON_WISH, WISH_REJECT } from "./daemon-frames.js";
import { refusalCode } from "./not-ready.js";
import type { NumberSource, NumberTicket } from "./number-source.js";
import { Regular } from "./rounds.js";

/** Blocks that one client may have open: a well-behaved one has eight, and some that timed out. */
const MAX_OPEN_BLOCKS = 64;
/** A client repeats what it waits for every 250 ms; what it stopped repeating it no longer wants. */
const FORGOTTEN_MS = 2_000;
/** Tags whose answer is on its way: a repeat that crossed it asks for nothing. */
const ANSWERED_REMEMBERED = 32;
/** Bytes that a client may leave unread. */
const MAX_UNREAD_BYTES = 262_144;
/** Pieces that are no frame, after which a client is sent away: it speaks something else. */
const MAX_BAD_PIECES = 1_000;
/** For how long answers to questions go to a client that asked one. */
const ASKED_MS = 2_000;
/** Types of a host's frames that are for the card itself: 0x40 to 0x5e, but for those that are handled here. */
const FIRST_HOST_TYPE = 0x40;

const NOTHING = Buffer.alloc(0);

/** What a connection is handed by its listener. */
export interface SocketClientEnvironment {
  readonly numbers: NumberSource;
  nowMs(): number;
  /** Writes the card's WELCOME into a frame. @returns false where no card was heard yet. */
  copyWelcome(into: FrameBuffer): boolean;
  copyView(into: FrameBuffer): boolean;
  copyMirror(into: FrameBuffer): boolean;
  /** Passes a question on to the card in use. */
  sendForeign(frame: FrameBuffer): void;
  /** Has written something: `flush` is to be called at the end of this turn. */
  onWritten(client: SocketClient): void;
  onRefused(reason: string): void;
}

interface OpenBlock {
  readonly count: number;
  readonly ticket: NumberTicket;
  askedAtMs: number;
}

/** One process at the socket. To it, the daemon is a card: the same frames, sessions and tags. */
export class SocketClient {
  private readonly socket: Socket;
  private readonly environment: SocketClientEnvironment;
  private readonly decoder = new FrameDecoder((frame) => this.receive(frame));
  private readonly blocks = new Map<number, OpenBlock>();
  private readonly answered: number[] = [];
  private session = 0;
  private hasSession = false;
  private isWelcomed = false;
  private wishes = 0;
  private askedAtMs = Number.NEGATIVE_INFINITY;
  private unsent = NOTHING;
  private unsentBytes = 0;
  private readonly frame = new FrameBuffer();
  private readonly fields = new HostRequestFields();
  private readonly number = new Uint64();
  private readonly regular = new Regular();

  constructor(socket: Socket, environment: SocketClientEnvironment) {
    this.socket = socket;
    this.environment = environment;
  }

  get openBlocks(): number {
    return this.blocks.size;
  }

  push(bytes: Uint8Array): void {
    this.decoder.push(bytes, 0, bytes.length);
    const { badChecksum, badEncoding, tooLong, tooShort } = this.decoder.counters;
    if (badChecksum + badEncoding + tooLong + tooShort > MAX_BAD_PIECES) this.sendAway("speaks no frames");
  }

  /** The connection is gone: nobody waits for its blocks. */
  forget(): void {
    this.hasSession = false;
    this.environment.numbers.leave(this.regular);
    for (const { ticket } of this.blocks.values()) ticket.cancel();
    this.blocks.clear();
  }

  /** Lets go what the client has stopped asking for. */
  sweep(nowMs: number): void {
    for (const [tag, block] of this.blocks) {
      if (nowMs - block.askedAtMs < FORGOTTEN_MS) continue;
      block.ticket.cancel();
      this.blocks.delete(tag);
    }
  }

  /** Tells what the card tells now. */
  tellView(): void {
    if (!this.hasSession) return;
    if (!this.isWelcomed) this.tellWelcome();
    else this.sendView();
  }

  tellNewest(): void {
    if (this.isWelcomed && this.environment.copyMirror(this.frame)) this.sendAs(FRAME_HOST_MIRROR);
  }

  /** Passes on what a card answered to a question, where this client asked one lately. */
  tellForeign(from: FrameBuffer): void {
    if (!this.isWelcomed || this.environment.nowMs() - this.askedAtMs > ASKED_MS) return;
    this.frame.copy(from);
    this.sendAs(from.bytes[OFFSET_TYPE] as number);
  }

  /** Hands everything that was written in this turn to the socket, at once. */
  flush(): void {
    if (this.unsentBytes === 0) return;
    const bytes = this.unsent.subarray(0, this.unsentBytes);
    this.unsent = NOTHING;
    this.unsentBytes = 0;
    writeAtOnce(this.socket, bytes);
    if (this.socket.writableLength > MAX_UNREAD_BYTES) this.sendAway("does not read");
  }

  private receive(received: FrameBuffer): void {
    if (received.length < HOST_HEADER_BYTES) return;
    const type = received.bytes[OFFSET_TYPE] as number;
    const session = received.view.getUint32(OFFSET_SESSION, true);
    if (received.bytes[OFFSET_VERSION] !== PROTOCOL_VERSION) this.tellVersion(session);
    else if (type === FRAME_HOST_OPEN) this.open(session);
    else if (type === FRAME_DAEMON_WISH) this.wish(received);
    else if (type === FRAME_HOST_REQUEST) this.request(received, session);
    else if (!this.hasSession || session !== this.session) return;
    else if (type === FRAME_HOST_CLOSE) this.forget();
    else if (type >= FIRST_HOST_TYPE && type < FRAME_DAEMON_WISH) this.ask(received);
  }

  private wish(received: FrameBuffer): void {
    const wishes = decodeWish(received);
    if (wishes >= 0) this.wishes = wishes;
  }

  private ask(received: FrameBuffer): void {
    this.askedAtMs = this.environment.nowMs();
    this.environment.sendForeign(received);
  }

  private open(session: number): void {
    if (!this.hasSession || session !== this.session) {
      this.forget();
      this.answered.length = 0;
      this.session = session;
      this.hasSession = true;
      this.isWelcomed = false;
    }
    this.tellWelcome();
  }

  private tellWelcome(): void {
    if (!this.environment.copyWelcome(this.frame)) return;
    this.isWelcomed = true;
    this.sendAs(FRAME_HOST_WELCOME);
    this.sendView();
    this.tellNewest();
  }

  private sendView(): void {
    if (this.environment.copyView(this.frame)) this.sendAs(FRAME_HOST_VIEW);
  }

  /** Whatever has our version in front tells the client that it speaks another one. */
  private tellVersion(session: number): void {
    encodeEmptyBody(this.frame);
    this.sendAs(FRAME_HOST_WELCOME, session);
  }

  private request(received: FrameBuffer, session: number): void {
    if (!decodeHostRequest(received, this.fields)) return;
    const { tag, count } = this.fields;
    if (!this.isWelcomed || session !== this.session || !this.hasSession) {
      this.refuse(session, tag, REFUSE_NO_SESSION);
      return;
    }
    const block = this.blocks.get(tag);
    if (block !== undefined && block.count === count) {
      block.askedAtMs = this.environment.nowMs();
    } else if (block !== undefined || count < 1 || count > MAX_BLOCK_COUNT) {
      this.refuse(session, tag, REFUSE_COUNT);
    } else if (!this.answered.includes(tag)) {
      if (this.blocks.size >= MAX_OPEN_BLOCKS) this.refuse(session, tag, REFUSE_BUSY);
      else this.order(tag, count, session);
    }
  }

  private order(tag: number, count: number, session: number): void {
    const ticket = this.environment.numbers.order({
      count,
      whenNotReady: (this.wishes & WISH_REJECT) === 0 ? "wait" : "reject",
      from: this.regular,
      onFirst: (first) => {
        this.close(tag);
        setFromBigint(this.number, first);
        encodeHostAnswer(this.frame, tag, this.number, count);
        this.sendAs(FRAME_HOST_ANSWER, session);
      },
      onError: (error) => {
        this.blocks.delete(tag);
        // At its end the daemon says nothing: the client asks the next one.
        if (error.code !== "CLOSED") this.refuse(session, tag, refusalCode(error));
      },
    });
    this.blocks.set(tag, { count, ticket, askedAtMs: this.environment.nowMs() });
  }

  private close(tag: number): void {
    this.blocks.delete(tag);
    if (this.answered.push(tag) > ANSWERED_REMEMBERED) this.answered.shift();
  }

  private refuse(session: number, tag: number, code: number): void {
    encodeHostRefuse(this.frame, tag, code);
    this.sendAs(FRAME_HOST_REFUSE, session);
  }

  /** Sends what stands in `frame`. */
  private sendAs(type: number, session = this.session): void {
    writeHostHeader(this.frame, type, session);
    if (this.unsent.length - this.unsentBytes < MAX_ENCODED_BYTES) {
      const larger = Buffer.allocUnsafe(2 * this.unsentBytes + MAX_ENCODED_BYTES);
      this.unsent.copy(larger, 0, 0, this.unsentBytes);
      this.unsent = larger;
    }
    if (this.unsentBytes === 0) this.environment.onWritten(this);
    this.unsentBytes += encodeFrame(this.frame, this.unsent, this.unsentBytes);
  }

  private sendAway(reason: string): void {
    this.environment.onRefused(reason);
    this.socket.destroy();
  }
}
