import { MAX_ENCODED_BYTES } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";
import { FrameDecoder } from "../wire/frame-decoder.js";
import { encodeFrame } from "../wire/frame-encoder.js";
import { ExpectingPort } from "./expecting-port.js";
import type { FramePort, PortRate } from "./frame-port.js";

/** Where the encoded bytes of a frame go. */
export interface ByteSink {
  /**
   * Takes all of `bytes[0..length)` or nothing, and copies what it keeps.
   * @returns false where it has no room.
   */
  write(bytes: Uint8Array, length: number): boolean;
}

/** A frame port over a stream of bytes, with the framing in TypeScript. */
export class ByteFramePort extends ExpectingPort implements FramePort {
  onFrame: (frame: FrameBuffer, nowUs: number, meaning: number) => void = () => {};
  readonly rate: PortRate | undefined;
  private readonly sink: ByteSink;
  private readonly encoded = new Uint8Array(MAX_ENCODED_BYTES);
  private readonly now: () => number;
  private readonly decoder = new FrameDecoder((frame) => {
    const nowUs = this.now();
    if (!this.expected.takes(frame, nowUs)) this.onFrame(frame, nowUs, this.expected.meaningOf(frame, nowUs));
  });
  private closed = false;

  /**
   * @param now is the platform's clock.
   * @param rate left out where the line has none that can be changed.
   */
  constructor(sink: ByteSink, now: () => number, rate?: PortRate) {
    super();
    this.sink = sink;
    this.now = now;
    this.rate = rate;
  }

  get badFrames(): number {
    const { badChecksum, badEncoding, tooLong, tooShort } = this.decoder.counters;
    return badChecksum + badEncoding + tooLong + tooShort;
  }

  /** A sink that has taken a frame keeps it. */
  get forgottenFrames(): number {
    return 0;
  }

  /** Takes received bytes `bytes[start..end)`. */
  receive(bytes: Uint8Array, start: number, end: number): void {
    if (!this.closed) this.decoder.push(bytes, start, end);
  }

  send(frame: FrameBuffer): boolean {
    if (this.closed) return false;
    return this.sink.write(this.encoded, encodeFrame(frame, this.encoded, 0));
  }

  close(): void {
    this.closed = true;
  }
}
