import type { CardCable } from "../../firmware/card/card-context.js";
import { ExpectedFrame } from "../../firmware/ports/expected-frame.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";

/** A cable whose other end is the test. */
export class TestCable implements CardCable {
  readonly expected = new ExpectedFrame();
  readonly badFrames: number;
  private readonly take: (frame: FrameBuffer) => boolean;

  constructor(take: (frame: FrameBuffer) => boolean = () => true, badFrames = 0) {
    this.take = take;
    this.badFrames = badFrames;
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
}
