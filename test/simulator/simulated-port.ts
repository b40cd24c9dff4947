import { ExpectingPort } from "../../firmware/ports/expecting-port.js";
import type { FramePort, PortRate } from "../../firmware/ports/frame-port.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";

/** A card's end of a cable or of the line to its host. */
export class SimulatedPort extends ExpectingPort implements FramePort {
  readonly badFrames = 0;
  readonly forgottenFrames = 0;
  readonly rate: PortRate | undefined;
  onFrame: (frame: FrameBuffer, nowUs: number, meaning: number) => void = () => {};
  private readonly take: (frame: FrameBuffer) => boolean;

  constructor(take: (frame: FrameBuffer) => boolean, rate?: PortRate) {
    super();
    this.take = take;
    this.rate = rate;
  }

  /** Whether `frame`, which came at `nowUs` of the card's clock, is the expected one, for which there is no turn. */
  dealsWith(frame: FrameBuffer, nowUs: number): boolean {
    return this.expected.takes(frame, nowUs);
  }

  /** @returns what frames like `frame`, which came at `nowUs` of the card's clock, mean to it. */
  meaningOf(frame: FrameBuffer, nowUs: number): number {
    return this.expected.meaningOf(frame, nowUs);
  }

  send(frame: FrameBuffer): boolean {
    return this.take(frame);
  }

  close(): void {}
}
