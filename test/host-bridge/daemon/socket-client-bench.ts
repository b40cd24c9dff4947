import { Socket } from "node:net";
import { MAX_ENCODED_BYTES, PROTOCOL_VERSION } from "../../../firmware/wire/constants.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../../firmware/wire/frame-encoder.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_OPEN,
  FRAME_HOST_REQUEST,
} from "../../../firmware/wire/frame-types.js";
import { writeHostHeader } from "../../../firmware/wire/header.js";
import { decodeHostAnswer, HostAnswerFields } from "../../../firmware/wire/host-frames.js";
import { encodeHostWelcome, HostWelcomeFields } from "../../../firmware/wire/host-setup-frames.js";
import type { NumberSource } from "../../../host-bridge/daemon/number-source.js";
import { SocketClient } from "../../../host-bridge/daemon/socket-client.js";
import { toBigint } from "../../../host-bridge/uint64-bigint.js";
import { type HeldOrder, holdOrder } from "./held-orders.js";

/** A client of which only the daemon's side is real: whatever it is sent, it may not throw, nor give a number twice. */
export class SocketClientBench {
  readonly answers: { session: number; tag: number; first: bigint; count: number }[] = [];
  open: HeldOrder[] = [];
  nowMs = 0;
  private next = 1n;
  private readonly dirty = new Set<SocketClient>();
  private readonly decoder = new FrameDecoder((frame) => this.note(frame));
  private readonly socket = new Socket();
  readonly client: SocketClient;

  constructor() {
    this.socket.write = (bytes: Uint8Array | string): boolean => {
      const piece = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
      this.decoder.push(piece, 0, piece.length);
      return true;
    };
    const numbers: Pick<NumberSource, "order" | "leave"> = {
      leave: () => {},
      order: (order) => holdOrder(this.open, order),
    };
    this.client = new SocketClient(this.socket, {
      numbers: numbers as NumberSource,
      nowMs: () => this.nowMs,
      copyWelcome: (into) => {
        encodeHostWelcome(into, new HostWelcomeFields());
        return true;
      },
      copyView: () => false,
      copyMirror: () => false,
      sendForeign: () => {},
      onWritten: (client) => this.dirty.add(client),
      onRefused: () => {},
    });
  }

  push(bytes: Uint8Array): void {
    this.client.push(bytes);
    this.flush();
  }

  openSession(session: number): void {
    this.push(encoded(FRAME_HOST_OPEN, session, new Uint8Array()));
  }

  request(session: number, tag: number, count: number): void {
    const body = Buffer.alloc(6);
    body.writeUInt32LE(tag, 0);
    body.writeUInt16LE(count, 4);
    this.push(encoded(FRAME_HOST_REQUEST, session, body));
  }

  /** Serves one of the orders that wait. */
  serve(index: number): void {
    const waiting = this.open.filter(({ isOpen }) => isOpen);
    const entry = waiting[index % Math.max(1, waiting.length)];
    if (entry === undefined) return;
    entry.isOpen = false;
    const first = this.next;
    this.next += BigInt(entry.order.count);
    entry.order.onFirst(first);
    this.flush();
  }

  private flush(): void {
    for (const client of this.dirty) client.flush();
    this.dirty.clear();
  }

  private note(frame: FrameBuffer): void {
    const fields = new HostAnswerFields();
    if (frame.bytes[1] !== FRAME_HOST_ANSWER || !decodeHostAnswer(frame, fields)) return;
    const session = frame.view.getUint32(2, true);
    this.answers.push({ session, tag: fields.tag, first: toBigint(fields.first), count: fields.count });
  }
}

export function encoded(
  type: number,
  session: number,
  body: Uint8Array,
  version = PROTOCOL_VERSION,
): Uint8Array {
  const frame = new FrameBuffer();
  writeHostHeader(frame, type, session);
  frame.bytes[0] = version;
  frame.bytes.set(body, 6);
  frame.length = 6 + body.length;
  const bytes = new Uint8Array(MAX_ENCODED_BYTES);
  return bytes.slice(0, encodeFrame(frame, bytes, 0));
}
