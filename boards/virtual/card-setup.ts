import { BLANK_CARD_ID, MAX_ENCODED_BYTES } from "../../firmware/wire/constants.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";
import {
  FRAME_HOST_CLOSE,
  FRAME_HOST_INIT,
  FRAME_HOST_INIT_RESULT,
  FRAME_HOST_OPEN,
  FRAME_HOST_TRUNK_IN,
  FRAME_HOST_TRUNK_OPEN,
  FRAME_HOST_TRUNK_OUT,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  OFFSET_TYPE,
} from "../../firmware/wire/frame-types.js";
import { OFFSET_SESSION, writeHostHeader } from "../../firmware/wire/header.js";
import { decodeHostView, encodeEmptyBody, HostViewFields } from "../../firmware/wire/host-frames.js";
import {
  CARD_FLAG_BLANK,
  decodeHostInitResult,
  decodeHostWelcome,
  encodeHostInit,
  HostInitFields,
  HostInitResultFields,
  HostWelcomeFields,
  INIT_DONE,
  INIT_NOT_BLANK,
} from "../../firmware/wire/host-setup-frames.js";
import type { HostLine, HostSink } from "./host-line.js";
import { RigError } from "./rig-error.js";
import type { Scheduled, Scheduler } from "./scheduler.js";

/** How often a silent card is asked again. */
const ASK_EVERY_US = 50_000;

/** What a card is made a member of. */
export interface Membership {
  readonly fabricId: number;
  readonly first: bigint;
  /** Card ids in rising order. */
  readonly members: readonly number[];
}

/** One vote a card; with an even number of cards the lowest id has two, so that two halves can never both act. */
export function votesOf(members: readonly number[], card: number): number {
  return members.length % 2 === 0 && card === members[0] ? 2 : 1;
}

/** The computer at a card's USB line for as long as the rig sets it up. */
export class CardSetup implements HostSink {
  /** What the card last said of itself: a REFUSE_... code, 0 where numbers can be had, undefined before its first word. */
  state: number | undefined;
  /** Whether the card was blank when it was first met. */
  wasBlank: boolean | undefined;
  private readonly id: number;
  private readonly line: HostLine;
  private readonly session: number;
  private readonly scheduler: Scheduler;
  private readonly membership: Membership | undefined;
  private readonly onChange: () => void;
  private readonly frame = new FrameBuffer();
  private readonly decoder = new FrameDecoder((frame) => this.take(frame));
  private asking: Scheduled | undefined;
  private failure: RigError | undefined;
  /** The setup of the card that this one is joined with by a trunk. */
  private trunk: CardSetup | undefined;

  /**
   * @param membership what to make the card a member of, should it be blank; undefined leaves a blank card blank.
   * @param onChange called when `state`, `wasBlank` or `error` have changed.
   */
  constructor(
    id: number,
    line: HostLine,
    session: number,
    scheduler: Scheduler,
    membership: Membership | undefined,
    onChange: () => void,
  ) {
    this.id = id;
    this.line = line;
    this.session = session;
    this.scheduler = scheduler;
    this.membership = membership;
    this.onChange = onChange;
  }

  /** Lends a trunk between this card and another for as long as they are set up: a fabric is founded by all of its cards. */
  lendTrunk(other: CardSetup): void {
    this.trunk = other;
    other.trunk = this;
  }

  get error(): RigError | undefined {
    return this.failure;
  }

  start(): void {
    this.line.attach(this);
    this.ask();
  }

  /** Closes the session and leaves the line to the next. */
  stop(): void {
    this.asking?.cancel();
    this.sendEmpty(FRAME_HOST_CLOSE);
    this.line.detach();
  }

  room(): number {
    return MAX_ENCODED_BYTES * 8;
  }

  write(bytes: Uint8Array): boolean {
    this.decoder.push(bytes, 0, bytes.length);
    return true;
  }

  private ask(): void {
    this.asking = this.scheduler.at(this.scheduler.now() + ASK_EVERY_US, () => this.ask(), false);
    if (this.state !== 0) this.sendEmpty(FRAME_HOST_OPEN);
  }

  private take(frame: FrameBuffer): void {
    if (frame.length < OFFSET_SESSION + 4 || frame.view.getUint32(OFFSET_SESSION, true) !== this.session)
      return;
    const type = frame.bytes[OFFSET_TYPE];
    if (type === FRAME_HOST_WELCOME) this.takeWelcome(frame);
    else if (type === FRAME_HOST_VIEW) this.takeView(frame);
    else if (type === FRAME_HOST_INIT_RESULT) this.takeInitResult(frame);
    else if (type === FRAME_HOST_TRUNK_OUT) this.trunk?.carry(frame);
  }

  private takeWelcome(frame: FrameBuffer): void {
    const welcome = new HostWelcomeFields();
    if (!decodeHostWelcome(frame, welcome)) return;
    const isBlank = (welcome.flags & CARD_FLAG_BLANK) !== 0;
    this.wasBlank ??= isBlank;
    if (welcome.cardId !== BLANK_CARD_ID && welcome.cardId !== this.id) {
      const advice = "Give each rig a state folder of its own.";
      this.failure = new RigError(
        "CARD_FAILED",
        `Card ${this.id} says that it is card ${welcome.cardId}. ${advice}`,
      );
    }
    if (this.trunk !== undefined) this.sendEmpty(FRAME_HOST_TRUNK_OPEN);
    if (isBlank && this.membership !== undefined) this.sendInit(this.membership);
    this.onChange();
  }

  private takeView(frame: FrameBuffer): void {
    const view = new HostViewFields();
    if (!decodeHostView(frame, view)) return;
    this.state = view.state;
    this.onChange();
  }

  private takeInitResult(frame: FrameBuffer): void {
    const result = new HostInitResultFields();
    if (!decodeHostInitResult(frame, result)) return;
    const { code } = result;
    // A card that was slow to answer got the init twice.
    if (code === INIT_DONE || (code === INIT_NOT_BLANK && this.wasBlank === true)) {
      this.sendEmpty(FRAME_HOST_OPEN);
      return;
    }
    this.failure = new RigError("CARD_FAILED", `Card ${this.id} refused to be initialised (code ${code}).`);
    this.onChange();
  }

  private sendInit({ fabricId, first, members }: Membership): void {
    const init = new HostInitFields();
    init.fabricId = fabricId;
    init.cardId = this.id;
    init.first.set(Number(first >> 32n), Number(first & 0xffff_ffffn));
    for (const card of members) init.addMember(card, votesOf(members, card));
    writeHostHeader(this.frame, FRAME_HOST_INIT, this.session);
    encodeHostInit(this.frame, init);
    this.send();
  }

  private carry(frame: FrameBuffer): void {
    this.frame.copy(frame);
    writeHostHeader(this.frame, FRAME_HOST_TRUNK_IN, this.session);
    this.send();
  }

  private sendEmpty(type: number): void {
    writeHostHeader(this.frame, type, this.session);
    encodeEmptyBody(this.frame);
    this.send();
  }

  private send(): void {
    const bytes = new Uint8Array(MAX_ENCODED_BYTES);
    this.line.receive(bytes.subarray(0, encodeFrame(this.frame, bytes, 0)));
  }
}
