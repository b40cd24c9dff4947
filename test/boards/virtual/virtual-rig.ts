import { CardSetup } from "../../../boards/virtual/card-setup.js";
import { buildRig, type EngineMaker, type RigParts } from "../../../boards/virtual/rig-builder.js";
import { checkOptions, type RigOptions } from "../../../boards/virtual/rig-options.js";
import { Trace } from "../../../boards/virtual/trace.js";
import { VirtualScheduler } from "../../../boards/virtual/virtual-scheduler.js";
import { MAX_ENCODED_BYTES } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../../firmware/wire/frame-encoder.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_OPEN,
  FRAME_HOST_REQUEST,
  OFFSET_TYPE,
} from "../../../firmware/wire/frame-types.js";
import { writeHostHeader } from "../../../firmware/wire/header.js";
import {
  decodeHostAnswer,
  encodeEmptyBody,
  encodeHostRequest,
  HostAnswerFields,
} from "../../../firmware/wire/host-frames.js";

const SESSION = 99;

/** Cards and cables of a rig in virtual time, with the firmware in this process. */
export class VirtualRig {
  readonly scheduler = new VirtualScheduler();
  readonly trace = new Trace();
  readonly parts: RigParts;
  readonly deaths: string[] = [];
  /** First numbers of the blocks that were delivered, in their order. */
  readonly delivered: bigint[] = [];

  constructor(options: RigOptions, makeEngine?: EngineMaker) {
    const settings = checkOptions({ seed: 7, fabricId: 5, ...options, engine: "node" });
    const onDeath = (id: number, reason: string): void => {
      this.deaths.push(`${id}: ${reason}`);
    };
    this.parts = buildRig(settings, this.scheduler, this.trace, onDeath, makeEngine);
    for (const { card } of this.parts.cards) card.start();
  }

  /** Makes the cards members. @returns whether all say that numbers can be had within two seconds. */
  setUp(): boolean {
    const members = this.parts.cards.map(({ id }) => id);
    const membership = { fabricId: 5, first: 1n, members };
    const setups = this.parts.cards.map(
      ({ id, line }) => new CardSetup(id, line, id, this.scheduler, membership, () => {}),
    );
    for (const setup of setups) setup.start();
    this.scheduler.runUntil(this.scheduler.now() + 2_000_000);
    const isReady = setups.every(({ state }) => state === 0);
    for (const setup of setups) setup.stop();
    this.parts.cards.forEach((_, index) => {
      this.openHost(index + 1);
    });
    return isReady;
  }

  /** Asks card `id` for a block. What comes of it is in `delivered`. */
  request(id: number, tag: number, count: number): void {
    this.send(id, FRAME_HOST_REQUEST, (frame) => encodeHostRequest(frame, tag, count));
  }

  run(forUs: number): void {
    this.scheduler.runUntil(this.scheduler.now() + forUs);
  }

  /** The host says hello, as it does to a card that has started again. */
  openHost(id: number): void {
    const decoder = new FrameDecoder((frame) => {
      const answer = new HostAnswerFields();
      if (frame.bytes[OFFSET_TYPE] !== FRAME_HOST_ANSWER || !decodeHostAnswer(frame, answer)) return;
      this.delivered.push((BigInt(answer.first.high) << 32n) | BigInt(answer.first.low));
    });
    this.parts.cards[id - 1]?.line.attach({
      room: () => 4_096,
      write: (bytes) => {
        decoder.push(bytes, 0, bytes.length);
        return true;
      },
    });
    this.send(id, FRAME_HOST_OPEN, encodeEmptyBody);
  }

  private send(id: number, type: number, encodeBody: (frame: FrameBuffer) => void): void {
    const frame = new FrameBuffer();
    writeHostHeader(frame, type, SESSION);
    encodeBody(frame);
    const bytes = new Uint8Array(MAX_ENCODED_BYTES);
    this.parts.cards[id - 1]?.line.receive(bytes.subarray(0, encodeFrame(frame, bytes, 0)));
  }
}
