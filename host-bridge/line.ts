import { MAX_ENCODED_BYTES } from "../firmware/wire/constants.js";
import type { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import { type DecoderCounters, FrameDecoder } from "../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../firmware/wire/frame-encoder.js";
import type { SequenceError } from "./errors.js";
import type { OpenTransport, Transport } from "./transport.js";

/** Who is told what comes over a line. */
export interface LineEvents {
  /** A whole frame with a good checksum; its memory is used again as soon as this returns. */
  onFrame(frame: FrameBuffer): void;
  /** All frames of one piece of the stream were handed on. */
  onPause(): void;
  onLost(error: SequenceError): void;
}

/** Frames over a transport that may come and go. */
export class Line {
  private readonly openTransport: OpenTransport;
  private readonly events: LineEvents;
  private readonly encoded = new Uint8Array(MAX_ENCODED_BYTES);
  private readonly decoder: FrameDecoder;
  private transport: Transport | null = null;
  /** Rises when a transport is opened or given up, so that late events of an earlier one are known for what they are. */
  private generation = 0;

  constructor(openTransport: OpenTransport, events: LineEvents) {
    this.openTransport = openTransport;
    this.events = events;
    this.decoder = new FrameDecoder((frame) => {
      if (this.transport !== null) events.onFrame(frame);
    });
  }

  get isUp(): boolean {
    return this.transport !== null;
  }

  /** Bytes that were sent and are not on the line yet. */
  get waitingBytes(): number {
    return this.transport?.waitingBytes ?? 0;
  }

  get canWait(): boolean {
    return this.transport?.canWait === true;
  }

  get decoderCounters(): DecoderCounters {
    return this.decoder.counters;
  }

  /** @returns false where `close` was called meanwhile. Rejects with a coded error. */
  async open(): Promise<boolean> {
    this.generation += 1;
    const generation = this.generation;
    const transport = await this.openTransport({
      onBytes: (bytes, start, end) => this.onBytes(generation, bytes, start, end),
      onLost: (error) => this.onLost(generation, error),
    });
    if (generation !== this.generation) {
      await transport.close();
      return false;
    }
    this.decoder.reset();
    this.transport = transport;
    return true;
  }

  send(frame: FrameBuffer): boolean {
    if (this.transport === null) return false;
    return this.transport.write(this.encoded, encodeFrame(frame, this.encoded, 0));
  }

  poll(): void {
    this.transport?.poll();
  }

  wait(atMostMs: number): void {
    this.transport?.wait(atMostMs);
  }

  async close(): Promise<void> {
    const { transport } = this;
    this.generation += 1;
    this.transport = null;
    await transport?.close();
  }

  private onBytes(generation: number, bytes: Uint8Array, start: number, end: number): void {
    if (generation !== this.generation) return;
    this.decoder.push(bytes, start, end);
    this.events.onPause();
  }

  private onLost(generation: number, error: SequenceError): void {
    if (generation !== this.generation) return;
    this.generation += 1;
    this.transport = null;
    this.events.onLost(error);
  }
}
