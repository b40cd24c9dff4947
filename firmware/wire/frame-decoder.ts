import { CHECKSUM_BYTES, MAX_PAYLOAD_BYTES } from "./constants.js";
import { crc32 } from "./crc32.js";
import { FrameBuffer } from "./frame-buffer.js";

/** Bytes that a frame can decode to. */
const CAPACITY = MAX_PAYLOAD_BYTES + CHECKSUM_BYTES;

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
    const decoded = this.frame.bytes;
    // Every byte of the fabric passes here, and XS takes several times as long for a property as for a local variable.
    let { length, owed, zeroFollows, overflowed } = this;
    for (let index = start; index < end; index += 1) {
      const byte = bytes[index] as number;
      if (byte === 0) {
        this.keep(length, owed, zeroFollows, overflowed);
        this.finish();
        length = 0;
        owed = 0;
        zeroFollows = false;
        overflowed = false;
      } else if (owed > 0) {
        owed -= 1;
        if (length === CAPACITY) overflowed = true;
        else decoded[length++] = byte;
      } else {
        if (zeroFollows) {
          if (length === CAPACITY) overflowed = true;
          else decoded[length++] = 0;
        }
        owed = byte - 1;
        zeroFollows = byte !== 255;
      }
    }
    this.keep(length, owed, zeroFollows, overflowed);
  }

  /** Forgets a frame that has begun, as after an unplug. */
  reset(): void {
    this.keep(0, 0, false, false);
  }

  private keep(length: number, owed: number, zeroFollows: boolean, overflowed: boolean): void {
    this.length = length;
    this.owed = owed;
    this.zeroFollows = zeroFollows;
    this.overflowed = overflowed;
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
