import type { CardCable } from "../../firmware/card/card-context.js";
import { ExpectingPort } from "../../firmware/ports/expecting-port.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";

/** A cable whose other end is the test. */
export class TestCable extends ExpectingPort implements CardCable {
  readonly badFrames: number;
  private readonly take: (frame: FrameBuffer) => boolean;

  constructor(take: (frame: FrameBuffer) => boolean = () => true, badFrames = 0) {
    super();
    this.take = take;
    this.badFrames = badFrames;
  }

  send(frame: FrameBuffer): boolean {
    return this.take(frame);
  }
}
