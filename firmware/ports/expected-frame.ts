import { MAX_PAYLOAD_BYTES } from "../wire/constants.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";

/** The frame that a port does not hand on, for ports without C. */
export class ExpectedFrame {
  /** How often it came. */
  count = 0;
  /** When it came last. */
  newestUs = Number.NEGATIVE_INFINITY;
  private readonly bytes = new Uint8Array(MAX_PAYLOAD_BYTES);
  /** 0: none is expected. */
  private length = 0;

  set(frame: FrameBuffer): void {
    this.length = frame.length;
    for (let at = 0; at < frame.length; at += 1) this.bytes[at] = frame.bytes[at] as number;
  }

  clear(): void {
    this.length = 0;
  }

  /** @returns whether `frame`, which came at `nowUs`, is the one, and so has been dealt with. */
  takes(frame: FrameBuffer, nowUs: number): boolean {
    if (frame.length !== this.length) return false;
    for (let at = 0; at < this.length; at += 1) if (frame.bytes[at] !== this.bytes[at]) return false;
    this.count += 1;
    this.newestUs = nowUs;
    return true;
  }
}
