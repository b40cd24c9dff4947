import type { FramePort, PortRate } from "../../firmware/ports/frame-port.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";

/** A card's end of a cable or of the line to its host. */
export class SimulatedPort implements FramePort {
  readonly badFrames = 0;
  readonly forgottenFrames = 0;
  onFrame: (frame: FrameBuffer) => void = () => {};
  readonly rate: PortRate | undefined;
  private readonly take: (frame: FrameBuffer) => boolean;

  constructor(take: (frame: FrameBuffer) => boolean, rate?: PortRate) {
    this.take = take;
    this.rate = rate;
  }

  send(frame: FrameBuffer): boolean {
    return this.take(frame);
  }

  close(): void {}
}
