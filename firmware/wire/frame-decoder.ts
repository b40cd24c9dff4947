import { CHECKSUM_BYTES, MAX_PAYLOAD_BYTES } from "./constants.js";
import { crc32 } from "./crc32.js";
import { FrameBuffer } from "./frame-buffer.js";

/** What a decoder has found between delimiters, by kind: each piece counts once, under one of these. */
export class DecoderCounters {
  /** Whole frames with a good checksum. */
  frames = 0;
  /** The checksum did not match: noise, or two frames run into one. */
  badChecksum = 0;
  /** Ended inside a COBS block: bytes were lost. */
  badEncoding = 0;
  /** More than `MAX_PAYLOAD_BYTES` without a delimiter: stray text, or another speed. */
  tooLong = 0;
  /** Not even a checksum and one byte. */
  tooShort = 0;
}

/**
 * Finds frames in a stream of bytes. It never throws and never allocates; whatever is not a whole frame with a good
 * checksum is counted and dropped, and at the next delimiter it is in step again.
 */
export class FrameDecoder {
  readonly counters = new DecoderCounters();
  private readonly frame = new FrameBuffer();
  private readonly onFrame: (frame: FrameBuffer) => void;
  /** Bytes decoded since the delimiter; beyond the buffer's size none is kept. */
  private length = 0;
  /** Bytes that the COBS block still owes. */
  private owed = 0;
  /** Whether the block stands for a zero that follows it, should another block follow. */
  private zeroFollows = false;
  private overflowed = false;

  /** @param onFrame is handed each good frame; the buffer is used again as soon as it returns. */
  constructor(onFrame: (frame: FrameBuffer) => void) {
    this.onFrame = onFrame;
  }

  /** Takes `bytes[start..end)`, any piece of the stream. */
  push(bytes: Uint8Array, start: number, end: number): void {
    for (let index = start; index < end; index += 1) {
      const byte = bytes[index] as number;
      if (byte === 0) {
        this.finish();
      } else if (this.owed > 0) {
        this.owed -= 1;
        this.append(byte);
      } else {
        if (this.zeroFollows) this.append(0);
        this.owed = byte - 1;
        this.zeroFollows = byte !== 255;
      }
    }
  }

  /** Forgets a frame that has begun, as after an unplug. */
  reset(): void {
    this.length = 0;
    this.owed = 0;
    this.zeroFollows = false;
    this.overflowed = false;
  }

  private append(byte: number): void {
    if (this.length === MAX_PAYLOAD_BYTES + CHECKSUM_BYTES) {
      this.overflowed = true;
      return;
    }
    this.frame.bytes[this.length] = byte;
    this.length += 1;
  }

  private finish(): void {
    const { length, owed, overflowed } = this;
    const empty = length === 0 && owed === 0 && !this.zeroFollows;
    this.reset();
    if (empty) return;
    if (overflowed) {
      this.counters.tooLong += 1;
    } else if (owed > 0) {
      this.counters.badEncoding += 1;
    } else if (length <= CHECKSUM_BYTES) {
      this.counters.tooShort += 1;
    } else {
      this.check(length - CHECKSUM_BYTES);
    }
  }

  private check(length: number): void {
    const frame = this.frame;
    if (frame.view.getInt32(length, true) !== crc32(frame.bytes, length)) {
      this.counters.badChecksum += 1;
      return;
    }
    this.counters.frames += 1;
    frame.length = length;
    this.onFrame(frame);
  }
}
