import type { FramePort } from "../../firmware/ports/frame-port.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";

/** A card's end of a cable or of the line to its host. */
export class SimulatedPort implements FramePort {
  readonly badFrames = 0;
  readonly forgottenFrames = 0;
  onFrame: (frame: FrameBuffer) => void = () => {};
  private readonly take: (frame: FrameBuffer) => boolean;

  constructor(take: (frame: FrameBuffer) => boolean) {
    this.take = take;
  }

  send(frame: FrameBuffer): boolean {
    return this.take(frame);
  }

  close(): void {}
}
