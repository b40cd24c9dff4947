import { ExpectedFrame } from "../../firmware/ports/expected-frame.js";
import type { FramePort, PortRate } from "../../firmware/ports/frame-port.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";

/** A card's end of a cable or of the line to its host. */
export class SimulatedPort implements FramePort {
  readonly badFrames = 0;
  readonly forgottenFrames = 0;
  readonly rate: PortRate | undefined;
  onFrame: (frame: FrameBuffer, nowUs: number, meaning: number) => void = () => {};
  private readonly expected = new ExpectedFrame();
  private readonly take: (frame: FrameBuffer) => boolean;

  constructor(take: (frame: FrameBuffer) => boolean, rate?: PortRate) {
    this.take = take;
    this.rate = rate;
  }

  get expectedFrames(): number {
    return this.expected.count;
  }

  expectedUs(): number {
    return this.expected.newestUs;
  }

  expect(frame: FrameBuffer): void {
    this.expected.set(frame);
  }

  expectLike(frame: FrameBuffer, from: number, to: number, meaning: number): void {
    this.expected.setLike(frame, from, to, meaning);
  }

  expectNothing(): void {
    this.expected.clear();
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

  sendWith(
    frame: FrameBuffer,
    at: number,
    first: number,
    second: number,
    third: number,
    fourth: number,
  ): boolean {
    frame.fill(at, first, second, third, fourth);
    return this.send(frame);
  }

  close(): void {}
}
