import { Socket } from "node:net";
import test from "ava";
import fc from "fast-check";
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
import type { NumberOrder, NumberSource } from "../../../host-bridge/daemon/number-source.js";
import { SocketClient } from "../../../host-bridge/daemon/socket-client.js";
import { toBigint } from "../../../host-bridge/uint64-bigint.js";

/** A client of which only the daemon's side is real: whatever it is sent, it may not throw, nor give a number twice. */
class Bench {
  readonly answers: { session: number; tag: number; first: bigint; count: number }[] = [];
  open: { order: NumberOrder; isOpen: boolean }[] = [];
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
    const numbers: Pick<NumberSource, "order"> = {
      order: (order) => {
        const entry = { order, isOpen: true };
        this.open.push(entry);
        return {
          get isOpen() {
            return entry.isOpen;
          },
          cancel: () => {
            entry.isOpen = false;
          },
        };
      },
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

function encoded(type: number, session: number, body: Uint8Array, version = PROTOCOL_VERSION): Uint8Array {
  const frame = new FrameBuffer();
  writeHostHeader(frame, type, session);
  frame.bytes[0] = version;
  frame.bytes.set(body, 6);
  frame.length = 6 + body.length;
  const bytes = new Uint8Array(MAX_ENCODED_BYTES);
  return bytes.slice(0, encodeFrame(frame, bytes, 0));
}

type Step = (bench: Bench) => void;

const session = fc.constantFrom(1, 2, 3);
const request = fc
  .record({ session, tag: fc.nat({ max: 9 }), count: fc.constantFrom(0, 1, 5, 32_768, 40_000) })
  .map<Step>(({ session, tag, count }) => (bench) => {
    const body = Buffer.alloc(6);
    body.writeUInt32LE(tag, 0);
    body.writeUInt16LE(count, 4);
    bench.push(encoded(FRAME_HOST_REQUEST, session, body));
  });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: request },
  { weight: 5, arbitrary: fc.nat({ max: 20 }).map<Step>((index) => (bench) => bench.serve(index)) },
  {
    weight: 2,
    arbitrary: session.map<Step>(
      (one) => (bench) => bench.push(encoded(FRAME_HOST_OPEN, one, new Uint8Array())),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ maxLength: 400 }).map<Step>((bytes) => (bench) => bench.push(bytes)),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        type: fc.nat({ max: 255 }),
        session,
        body: fc.uint8Array({ maxLength: 240 }),
        version: fc.constantFrom(PROTOCOL_VERSION, 0, 255),
      })
      .map<Step>(
        ({ type, session, body, version }) =>
          (bench) =>
            bench.push(encoded(type, session, body, version)),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(100, 2_500).map<Step>((ms) => (bench) => {
      bench.nowMs += ms;
      bench.client.sweep(bench.nowMs);
      bench.client.pulse();
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>((bench) => bench.client.forget()) },
);

test("whatever a client sends: nothing throws, no number twice, and its open blocks are bounded", (t) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 150 }), (steps) => {
      const bench = new Bench();
      for (const one of steps) {
        one(bench);
        if (bench.client.openBlocks > 64) throw new Error(`${bench.client.openBlocks} blocks are open`);
      }
      const seen = new Set<bigint>();
      for (const { first } of bench.answers) {
        if (seen.has(first)) throw new Error(`${first} was given twice`);
        seen.add(first);
      }
      const waiting = bench.open.filter(({ isOpen }) => isOpen).length;
      if (waiting !== bench.client.openBlocks)
        throw new Error(`${waiting} orders for ${bench.client.openBlocks} blocks`);
    }),
    { numRuns: 300 },
  );
  t.pass();
});
