import { once } from "node:events";
import { SerialPort } from "serialport";
import { MAX_ENCODED_BYTES } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../../firmware/wire/frame-encoder.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_CLOSE,
  FRAME_HOST_LINKS,
  FRAME_HOST_OPEN,
  FRAME_HOST_REFUSE,
  FRAME_HOST_REQUEST,
  FRAME_HOST_STATUS,
  FRAME_HOST_STATUS_REQUEST,
  FRAME_HOST_VIEW,
  FRAME_HOST_WELCOME,
  OFFSET_TYPE,
} from "../../../firmware/wire/frame-types.js";
import { writeHostHeader } from "../../../firmware/wire/header.js";
import {
  decodeHostAnswer,
  decodeHostView,
  encodeEmptyBody,
  encodeHostRequest,
  HostAnswerFields,
  HostViewFields,
} from "../../../firmware/wire/host-frames.js";
import { decodeHostWelcome, HostWelcomeFields } from "../../../firmware/wire/host-setup-frames.js";
import {
  decodeHostLinks,
  decodeHostStatus,
  HostLinksFields,
  HostStatusFields,
} from "../../../firmware/wire/host-status-frames.js";

/** A host made of a real serial port and the wire's own codec, and of nothing of the host bridge. */
export class RawHost {
  private readonly port: SerialPort;
  private readonly session: number;
  private readonly waiters = new Map<number, (frame: FrameBuffer) => void>();
  private readonly frame = new FrameBuffer();
  private tag = 0;

  private constructor(port: SerialPort, session: number) {
    this.port = port;
    this.session = session;
    const decoder = new FrameDecoder((frame) => {
      const type = frame.bytes[OFFSET_TYPE] as number;
      this.waiters.get(type)?.(new FrameBuffer().copy(frame));
    });
    port.on("data", (bytes: Buffer) => decoder.push(bytes, 0, bytes.length));
  }

  /** Opens the port and a session on it. */
  static async open(path: string, session: number): Promise<RawHost> {
    const port = new SerialPort({ path, baudRate: 115_200, hupcl: false, autoOpen: false });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error ? reject(error) : resolve()));
    });
    const host = new RawHost(port, session);
    await host.welcome();
    return host;
  }

  async welcome(): Promise<HostWelcomeFields> {
    const fields = new HostWelcomeFields();
    decodeHostWelcome(await this.ask(FRAME_HOST_OPEN, FRAME_HOST_WELCOME), fields);
    return fields;
  }

  async view(): Promise<HostViewFields> {
    const fields = new HostViewFields();
    decodeHostView(await this.ask(FRAME_HOST_OPEN, FRAME_HOST_VIEW), fields);
    return fields;
  }

  async status(): Promise<HostStatusFields> {
    const fields = new HostStatusFields();
    decodeHostStatus(await this.ask(FRAME_HOST_STATUS_REQUEST, FRAME_HOST_STATUS), fields);
    return fields;
  }

  async links(): Promise<HostLinksFields> {
    const fields = new HostLinksFields();
    decodeHostLinks(await this.ask(FRAME_HOST_STATUS_REQUEST, FRAME_HOST_LINKS), fields);
    return fields;
  }

  /** @returns the first number of a block, or the code of the refusal. */
  async take(count: number): Promise<bigint | { readonly refused: number }> {
    this.tag += 1;
    const answer = this.next(FRAME_HOST_ANSWER);
    const refusal = this.next(FRAME_HOST_REFUSE);
    writeHostHeader(this.frame, FRAME_HOST_REQUEST, this.session);
    encodeHostRequest(this.frame, this.tag, count);
    this.send();
    const frame = await Promise.race([answer, refusal]);
    if (frame.bytes[OFFSET_TYPE] === FRAME_HOST_REFUSE) return { refused: frame.bytes[10] as number };
    const fields = new HostAnswerFields();
    decodeHostAnswer(frame, fields);
    return (BigInt(fields.first.high) << 32n) | BigInt(fields.first.low);
  }

  /** Takes one number, asking again for as long as it is refused. */
  async takeOne(): Promise<bigint> {
    for (;;) {
      const taken = await this.take(1);
      if (typeof taken === "bigint") return taken;
    }
  }

  /** Resolves when the port is gone. */
  async unplugged(): Promise<void> {
    await once(this.port, "close");
  }

  async close(): Promise<void> {
    this.sendEmpty(FRAME_HOST_CLOSE);
    await new Promise<void>((resolve) => this.port.drain(() => resolve()));
    await new Promise<void>((resolve) => this.port.close(() => resolve()));
  }

  private ask(type: number, answer: number): Promise<FrameBuffer> {
    const frame = this.next(answer);
    this.sendEmpty(type);
    return frame;
  }

  private next(type: number): Promise<FrameBuffer> {
    return new Promise((resolve) => this.waiters.set(type, resolve));
  }

  private sendEmpty(type: number): void {
    writeHostHeader(this.frame, type, this.session);
    encodeEmptyBody(this.frame);
    this.send();
  }

  private send(): void {
    const bytes = new Uint8Array(MAX_ENCODED_BYTES);
    this.port.write(Buffer.from(bytes.subarray(0, encodeFrame(this.frame, bytes, 0))));
  }
}

/** Whether a process is there and no zombie of one. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
