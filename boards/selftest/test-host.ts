import type { FramePort } from "../../firmware/ports/frame-port.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_INIT,
  FRAME_HOST_INIT_RESULT,
  FRAME_HOST_OPEN,
  FRAME_HOST_REFUSE,
  FRAME_HOST_REQUEST,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  OFFSET_TYPE,
  STATE_READY,
} from "../../firmware/wire/frame-types.js";
import { writeHostHeader } from "../../firmware/wire/header.js";
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
import {
  decodeHostInitResult,
  encodeHostInit,
  type HostInitFields,
  HostInitResultFields,
  INIT_DONE,
} from "../../firmware/wire/host-setup-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import type { NumberCheck } from "./number-check.js";

const BLOCKS_IN_FLIGHT = 4;
/** Block sizes go round from 1 to this. */
const LARGEST_BLOCK = 5;

interface OpenBlock {
  tag: number;
  count: number;
  readonly highestWhenAsked: Uint64;
}

/** A host that makes its card a member of the fabric and then takes `total` numbers, several blocks at a time. */
export class TestHost {
  /** Frames that a host of a fabric without a fault never gets: refusals, failed inits, answers to nothing. */
  surprises = 0;
  private readonly port: FramePort;
  private readonly session: number;
  private readonly setup: HostInitFields;
  private readonly check: NumberCheck;
  private left: number;
  private nextTag = 1;
  private readonly open: OpenBlock[] = [];
  private readonly free: OpenBlock[] = [];
  private readonly frame = new FrameBuffer();
  private readonly answer = new HostAnswerFields();
  private readonly refusal = new HostRefuseFields();
  private readonly view = new HostViewFields();
  private readonly result = new HostInitResultFields();

  constructor(port: FramePort, setup: HostInitFields, total: number, check: NumberCheck) {
    this.port = port;
    this.session = setup.cardId;
    this.setup = setup;
    this.left = total;
    this.check = check;
    for (let index = 0; index < BLOCKS_IN_FLIGHT; index += 1) {
      this.free.push({ tag: 0, count: 0, highestWhenAsked: new Uint64() });
    }
    port.onFrame = (frame) => this.receive(frame);
  }

  /** Whether it has all its numbers. */
  get isDone(): boolean {
    return this.left === 0 && this.open.length === 0;
  }

  start(): void {
    encodeEmptyBody(this.frame);
    this.send(FRAME_HOST_OPEN);
  }

  private receive(frame: FrameBuffer): void {
    switch (frame.bytes[OFFSET_TYPE]) {
      case FRAME_HOST_WELCOME:
        encodeHostInit(this.frame, this.setup);
        this.send(FRAME_HOST_INIT);
        break;
      case FRAME_HOST_INIT_RESULT:
        if (!decodeHostInitResult(frame, this.result) || this.result.code !== INIT_DONE) this.surprises += 1;
        break;
      case FRAME_HOST_VIEW:
        if (decodeHostView(frame, this.view) && this.view.state === STATE_READY) this.ask();
        break;
      case FRAME_HOST_ANSWER:
        if (decodeHostAnswer(frame, this.answer)) this.take();
        break;
      case FRAME_HOST_REFUSE:
        if (decodeHostRefuse(frame, this.refusal)) this.surprises += 1;
        break;
    }
  }

  private ask(): void {
    while (this.left > 0) {
      const block = this.free.pop();
      if (block === undefined) return;
      block.tag = this.nextTag;
      block.count = Math.min(this.left, 1 + (block.tag % LARGEST_BLOCK));
      block.highestWhenAsked.copy(this.check.highest);
      this.nextTag += 1;
      this.left -= block.count;
      this.open.push(block);
      encodeHostRequest(this.frame, block.tag, block.count);
      this.send(FRAME_HOST_REQUEST);
    }
  }

  private take(): void {
    const { answer, open } = this;
    const place = open.findIndex((block) => block.tag === answer.tag);
    const block = open[place];
    if (block === undefined || block.count !== answer.count) {
      this.surprises += 1;
      return;
    }
    open.splice(place, 1);
    this.free.push(block);
    this.check.deliver(answer.first, answer.count, block.highestWhenAsked);
    this.ask();
  }

  private send(type: number): void {
    writeHostHeader(this.frame, type, this.session);
    this.port.send(this.frame);
  }
}
