import type { HostLine, HostSink } from "../../boards/virtual/host-line.js";
import type { Scheduled, Scheduler } from "../../boards/virtual/scheduler.js";
import { MAX_ENCODED_BYTES } from "../../firmware/wire/constants.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_OPEN,
  FRAME_HOST_REFUSE,
  FRAME_HOST_REQUEST,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  OFFSET_TYPE,
} from "../../firmware/wire/frame-types.js";
import { OFFSET_SESSION, writeHostHeader } from "../../firmware/wire/header.js";
import {
  decodeHostAnswer,
  decodeHostRefuse,
  decodeHostView,
  encodeEmptyBody,
  encodeHostRequest,
  HostAnswerFields,
  HostRefuseFields,
  HostViewFields,
} from "../../firmware/wire/host-frames.js";
import { decodeHostWelcome, HostWelcomeFields } from "../../firmware/wire/host-setup-frames.js";
import { toBigint } from "../../host-bridge/uint64-bigint.js";

/** A card that has not answered by then is asked again: it may have been started meanwhile. */
const ASK_AGAIN_US = 250_000;
/** A refused block is asked for again so soon. */
const REFUSED_US = 1_000;

/** A block that was asked for. Times in nanoseconds of the emulation. */
interface OpenBlock {
  readonly count: number;
  readonly requestedNanos: number;
  readonly onAnswer: (first: bigint, requestedNanos: number, deliveredNanos: number) => void;
  again: Scheduled | undefined;
}

/**
 * A computer at an emulated card's USB, inside the emulation: it takes no time itself, so that what is measured is the fabric's.
 * One request is a block with a tag of its own; a repetition keeps tag, count and the time at which it was first asked for.
 */
export class BenchHost implements HostSink {
  readonly id: number;
  readonly view = new HostViewFields();
  /** What the card said when the session was opened. */
  readonly welcome = new HostWelcomeFields();
  /** Frames that the card has sent. */
  frames = 0;
  refusals = 0;
  private readonly line: HostLine;
  private readonly clock: Scheduler & { readonly nanos: number };
  private readonly frame = new FrameBuffer();
  private readonly decoder = new FrameDecoder((frame) => this.take(frame));
  private readonly answer = new HostAnswerFields();
  private readonly refuse = new HostRefuseFields();
  private readonly open = new Map<number, OpenBlock>();
  private session: number;
  private tag = 0;
  private welcomed = false;

  constructor(id: number, line: HostLine, clock: Scheduler & { readonly nanos: number }) {
    this.id = id;
    this.line = line;
    this.clock = clock;
    this.session = id * 0x1_0000;
    line.attach(this);
  }

  /** Whether its card says that numbers can be had. */
  get isReady(): boolean {
    return this.welcomed && this.view.primary !== 0 && this.view.state === 0;
  }

  /** Blocks that it waits for. */
  get waiting(): number {
    return this.open.size;
  }

  /** Opens a session, again and again until the card answers. */
  connect(): void {
    this.session += 1;
    this.welcomed = false;
    this.view.primary = 0;
    this.greet(this.session);
  }

  /** The card has lost its power: what it owed is not coming. */
  disconnect(): void {
    this.session += 1;
    this.welcomed = false;
    for (const block of this.open.values()) block.again?.cancel();
    this.open.clear();
  }

  request(count: number, onAnswer: OpenBlock["onAnswer"]): void {
    this.tag += 1;
    this.open.set(this.tag, { count, onAnswer, requestedNanos: this.clock.nanos, again: undefined });
    this.ask(this.tag, ASK_AGAIN_US);
  }

  room(): number {
    return 4_096;
  }

  write(bytes: Uint8Array): boolean {
    this.decoder.push(bytes, 0, bytes.length);
    return true;
  }

  private greet(session: number): void {
    if (this.welcomed || session !== this.session) return;
    writeHostHeader(this.frame, FRAME_HOST_OPEN, session);
    encodeEmptyBody(this.frame);
    this.send();
    this.clock.at(this.clock.now() + ASK_AGAIN_US, () => this.greet(session), false);
  }

  private ask(tag: number, againUs: number): void {
    const block = this.open.get(tag);
    if (block === undefined) return;
    writeHostHeader(this.frame, FRAME_HOST_REQUEST, this.session);
    encodeHostRequest(this.frame, tag, block.count);
    this.send();
    this.askLater(tag, block, againUs);
  }

  private askLater(tag: number, block: OpenBlock, afterUs: number): void {
    block.again?.cancel();
    block.again = this.clock.at(this.clock.now() + afterUs, () => this.ask(tag, ASK_AGAIN_US), false);
  }

  private take(frame: FrameBuffer): void {
    this.frames += 1;
    if (frame.view.getUint32(OFFSET_SESSION, true) !== this.session) return;
    switch (frame.bytes[OFFSET_TYPE]) {
      case FRAME_HOST_WELCOME:
        if (decodeHostWelcome(frame, this.welcome)) this.welcomed = true;
        break;
      case FRAME_HOST_VIEW:
        decodeHostView(frame, this.view);
        break;
      case FRAME_HOST_ANSWER:
        if (decodeHostAnswer(frame, this.answer)) this.takeAnswer(this.answer);
        break;
      case FRAME_HOST_REFUSE:
        if (decodeHostRefuse(frame, this.refuse)) this.takeRefusal(this.refuse.tag);
        break;
    }
  }

  private takeAnswer({ count, first, tag }: HostAnswerFields): void {
    const block = this.open.get(tag);
    if (block === undefined || block.count !== count) return;
    block.again?.cancel();
    this.open.delete(tag);
    block.onAnswer(toBigint(first), block.requestedNanos, this.clock.nanos);
  }

  private takeRefusal(tag: number): void {
    this.refusals += 1;
    const block = this.open.get(tag);
    if (block !== undefined) this.askLater(tag, block, REFUSED_US);
  }

  private send(): void {
    const bytes = new Uint8Array(MAX_ENCODED_BYTES);
    this.line.receive(bytes.subarray(0, encodeFrame(this.frame, bytes, 0)));
  }
}
