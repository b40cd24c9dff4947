import { MAX_PAYLOAD_BYTES } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";

/** Frames on the path of a number, of beacons and acknowledgements are shorter. */
export const MAX_LIKENESS_BYTES = 32;
/** Kinds of frames that a neighbour sends or passes on again and again; the oldest gives way. */
export const MAX_LIKENESSES = 8;
/** What a frame means that is like none of those. */
export const MEANS_NOTHING = 0;

/** A frame of which some bytes may differ. */
class Likeness {
  meaning = MEANS_NOTHING;
  private readonly bytes = new Uint8Array(MAX_LIKENESS_BYTES);
  private length = 0;
  private from = 0;
  private to = 0;

  set(frame: FrameBuffer, from: number, to: number, meaning: number): void {
    this.meaning = meaning;
    this.length = frame.length;
    this.from = from;
    this.to = to;
    for (let at = 0; at < frame.length; at += 1) this.bytes[at] = frame.bytes[at] as number;
  }

  isOf(frame: FrameBuffer): boolean {
    if (this.meaning === MEANS_NOTHING || frame.length !== this.length) return false;
    for (let at = 0; at < this.from; at += 1) if (frame.bytes[at] !== this.bytes[at]) return false;
    for (let at = this.to; at < this.length; at += 1) if (frame.bytes[at] !== this.bytes[at]) return false;
    return true;
  }
}

/** What a port was told to expect, for ports without C. */
export class ExpectedFrame {
  /** How often a frame came that was expected, wholly or in part. */
  count = 0;
  /** When that was last. */
  newestUs = Number.NEGATIVE_INFINITY;
  private readonly bytes = new Uint8Array(MAX_PAYLOAD_BYTES);
  /** 0: none is expected. */
  private length = 0;
  private readonly likenesses: readonly Likeness[] = Array.from(
    { length: MAX_LIKENESSES },
    () => new Likeness(),
  );
  /** Which of them gives way next. */
  private next = 0;

  set(frame: FrameBuffer): void {
    this.length = frame.length;
    for (let at = 0; at < frame.length; at += 1) this.bytes[at] = frame.bytes[at] as number;
  }

  /** As `FramePort.expectLike`. */
  setLike(frame: FrameBuffer, from: number, to: number, meaning: number): void {
    const isRange = from >= 0 && from <= to && to <= frame.length;
    if (!isRange || frame.length > MAX_LIKENESS_BYTES || meaning <= MEANS_NOTHING) return;
    let place = this.likenesses.findIndex((likeness) => likeness.meaning === meaning);
    if (place < 0) {
      place = this.next;
      this.next = (place + 1) % MAX_LIKENESSES;
    }
    (this.likenesses[place] as Likeness).set(frame, from, to, meaning);
  }

  clear(): void {
    this.length = 0;
    for (const likeness of this.likenesses) likeness.meaning = MEANS_NOTHING;
  }

  /** @returns whether `frame`, which came at `nowUs`, is the one, and so has been dealt with. */
  takes(frame: FrameBuffer, nowUs: number): boolean {
    if (frame.length !== this.length) return false;
    for (let at = 0; at < this.length; at += 1) if (frame.bytes[at] !== this.bytes[at]) return false;
    this.note(nowUs);
    return true;
  }

  /** @returns the meaning of the frames that `frame`, which came at `nowUs`, is like; `MEANS_NOTHING` where it is like none. */
  meaningOf(frame: FrameBuffer, nowUs: number): number {
    for (const likeness of this.likenesses) {
      if (likeness.isOf(frame)) {
        this.note(nowUs);
        return likeness.meaning;
      }
    }
    return MEANS_NOTHING;
  }

  private note(nowUs: number): void {
    this.count += 1;
    this.newestUs = nowUs;
  }
}
