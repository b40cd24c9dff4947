import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { MAX_ENCODED_BYTES } from "../../firmware/wire/constants.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_MIRROR,
  FRAME_HOST_OPEN,
  FRAME_HOST_REFUSE,
  FRAME_HOST_REQUEST,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  OFFSET_TYPE,
  REFUSE_BUSY,
  REFUSE_NO_VIEW,
  STATE_READY,
} from "../../firmware/wire/frame-types.js";
import { OFFSET_SESSION, writeHostHeader } from "../../firmware/wire/header.js";
import {
  decodeHostRequest,
  encodeHostAnswer,
  encodeHostMirror,
  encodeHostRefuse,
  encodeHostView,
  HostRequestFields,
  HostViewFields,
} from "../../firmware/wire/host-frames.js";
import { encodeHostWelcome, HostWelcomeFields } from "../../firmware/wire/host-setup-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { SequenceError } from "../errors.js";
import { fabricState, refusalError } from "../refusals.js";
import type { Transport, TransportEvents } from "../transport.js";
import { setFromBigint } from "../uint64-bigint.js";
import { type BridgeInfo, parseError, parseInfo, parseReply, subjectsOf } from "./nats-messages.js";
import { isNoResponders } from "./no-responders.js";

/** Blocks in flight at once, as a card of its own would have. */
const MAX_BLOCKS_IN_FLIGHT = 8;
const INFO_EVERY_MS = 1_000;
/** One bridge's word that no number can be had counts when no other bridge gave any for this long. */
const UNREADY_AFTER_MS = 1_500;
const CODES = Array.from({ length: 256 }, (_, code) => code);

export interface NatsTransportSettings {
  readonly prefix: string;
  readonly fabricId: number;
  /** After this a request is given up, and another one made for the same callers, in milliseconds. */
  readonly requestTimeoutMs: number;
}

/**
 * Plays the card to a `Sequence`: each HOST_REQUEST becomes a request that any bridge of the fabric may answer. A request
 * that was given up is never heard again: NATS's client drops its reply, and the callers' numbers come from a new one. The
 * numbers of the lost one are skipped.
 */
export class NatsTransport implements Transport {
  readonly canWait = false;
  private readonly connection: NatsConnection;
  private readonly settings: NatsTransportSettings;
  private readonly events: TransportEvents;
  private readonly subjects;
  private readonly decoder = new FrameDecoder((frame) => this.receive(frame));
  private readonly encoded = new Uint8Array(MAX_ENCODED_BYTES);
  private readonly frame = new FrameBuffer();
  private readonly fields = new HostRequestFields();
  private readonly number = new Uint64();
  private session = 0;
  private isWelcomed = false;
  private isAskingInfo = false;
  /** Tags of this session whose request is under way. */
  private asking = new Set<number>();
  private viewNumber = 0;
  private servedAtMs = Number.NEGATIVE_INFINITY;
  private isOver = false;
  private readonly timer: NodeJS.Timeout;

  constructor(connection: NatsConnection, settings: NatsTransportSettings, events: TransportEvents) {
    this.connection = connection;
    this.settings = settings;
    this.events = events;
    this.subjects = subjectsOf(settings.prefix, settings.fabricId);
    this.timer = setInterval(() => {
      if (this.isWelcomed) this.askInfo();
    }, INFO_EVERY_MS);
    void connection.closed().then((error) => this.lose(error));
  }

  write(bytes: Uint8Array, length: number): boolean {
    if (this.isOver) return false;
    this.decoder.push(bytes, 0, length);
    return true;
  }

  poll(): void {}

  wait(): void {}

  async close(): Promise<void> {
    this.isOver = true;
    clearInterval(this.timer);
    await this.connection.close();
  }

  private lose(cause: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    clearInterval(this.timer);
    const message = "the connection to the NATS server is broken; see that it runs";
    this.events.onLost(new SequenceError("DISCONNECTED", message, { cause }));
  }

  /** What the session says to its card. Whatever is no matter of numbers is not carried. */
  private receive(frame: FrameBuffer): void {
    const session = frame.view.getUint32(OFFSET_SESSION, true);
    const type = frame.bytes[OFFSET_TYPE];
    if (type === FRAME_HOST_OPEN) {
      if (session !== this.session) {
        this.session = session;
        this.isWelcomed = false;
        this.asking = new Set();
      }
      this.askInfo();
    } else if (type === FRAME_HOST_REQUEST && decodeHostRequest(frame, this.fields)) {
      void this.request(session, this.fields.tag, this.fields.count);
    }
  }

  /** The session asks again every now and then under the same tag: a request of its own, once the last is given up. */
  private async request(session: number, tag: number, count: number): Promise<void> {
    const { asking } = this;
    if (asking.has(tag)) return;
    asking.add(tag);
    const timeout = this.settings.requestTimeoutMs;
    let reply: Msg | null = null;
    let isNobodyThere = false;
    try {
      const payload = JSON.stringify({ count, timeoutMs: timeout });
      reply = await this.connection.request(this.subjects.next, payload, { timeout });
    } catch (error) {
      isNobodyThere = isNoResponders(error);
    }
    asking.delete(tag);
    if (this.isOver) return;
    if (reply !== null) this.answer(session, tag, count, reply);
    else if (isNobodyThere) this.refuse(session, tag, REFUSE_NO_VIEW);
  }

  private answer(session: number, tag: number, count: number, reply: Msg): void {
    if (reply.headers?.has("Nats-Service-Error-Code")) {
      this.refuse(session, tag, refusalCodeOf(parseError(reply.data)));
      return;
    }
    const first = parseReply(reply.data, count);
    // What is no answer is as good as lost: the session asks again.
    if (first === null) return;
    this.servedAtMs = performance.now();
    setFromBigint(this.number, first);
    encodeHostAnswer(this.frame, tag, this.number, count);
    this.emit(FRAME_HOST_ANSWER, session);
  }

  private refuse(session: number, tag: number, code: number): void {
    encodeHostRefuse(this.frame, tag, code);
    this.emit(FRAME_HOST_REFUSE, session);
  }

  private askInfo(): void {
    if (this.isAskingInfo || this.isOver) return;
    this.isAskingInfo = true;
    const { session } = this;
    void this.connection
      .request(this.subjects.info, "", { timeout: this.settings.requestTimeoutMs })
      .then(
        ({ data }) => parseInfo(data),
        () => null,
      )
      .then((info) => {
        this.isAskingInfo = false;
        if (this.isOver || session !== this.session) return;
        if (info !== null && info.fabricId === this.settings.fabricId) this.tell(info);
      });
  }

  private tell(info: BridgeInfo): void {
    if (!this.isWelcomed) {
      this.isWelcomed = true;
      const fields = new HostWelcomeFields();
      fields.cardId = info.card;
      fields.fabricId = info.fabricId;
      fields.maxBlocksInFlight = MAX_BLOCKS_IN_FLIGHT;
      setFromBigint(fields.chipId, info.chipId);
      encodeHostWelcome(this.frame, fields);
      this.emit(FRAME_HOST_WELCOME, this.session);
    }
    if (info.view !== null) this.tellView(info.view);
    if (info.newest === 0n) return;
    setFromBigint(this.number, info.newest + 1n);
    encodeHostMirror(this.frame, this.viewNumber, this.number);
    this.emit(FRAME_HOST_MIRROR, this.session);
  }

  /** Any bridge may have answered: what one that is behind or cut off says does not count while others serve. */
  private tellView(view: NonNullable<BridgeInfo["view"]>): void {
    const nowMs = performance.now();
    const isReady = view.state === "ready";
    if (view.number < this.viewNumber) return;
    if (isReady) this.servedAtMs = nowMs;
    else if (nowMs - this.servedAtMs < UNREADY_AFTER_MS) return;
    this.viewNumber = view.number;
    const fields = new HostViewFields();
    fields.view = view.number;
    fields.primary = view.primary;
    fields.secondary = view.secondary;
    setFromBigint(fields.base, view.base);
    fields.state = isReady ? STATE_READY : stateCodeOf(view.state);
    encodeHostView(this.frame, fields);
    this.emit(FRAME_HOST_VIEW, this.session);
  }

  private emit(type: number, session: number): void {
    if (this.isOver) return;
    writeHostHeader(this.frame, type, session);
    this.events.onBytes(this.encoded, 0, encodeFrame(this.frame, this.encoded, 0));
  }
}

/** What a card would have said instead. */
function refusalCodeOf(
  error: { readonly code: string; readonly reason?: string | undefined } | null,
): number {
  if (error?.code === "BUSY") return REFUSE_BUSY;
  if (error?.code === "NOT_READY") return stateCodeOf(error.reason ?? "no-view");
  const code = CODES.find((each) => each !== STATE_READY && refusalError(each).code === error?.code);
  return code ?? REFUSE_NO_VIEW;
}

function stateCodeOf(state: string): number {
  return CODES.find((code) => code !== STATE_READY && fabricState(code) === state) ?? REFUSE_NO_VIEW;
}
