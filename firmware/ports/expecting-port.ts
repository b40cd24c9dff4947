import type { FrameBuffer } from "../wire/frame-buffer.js";
import { ExpectedFrame } from "./expected-frame.js";

/** What every port without C has in common: what it was told to expect, and words that are written before a frame is sent. */
export abstract class ExpectingPort {
  readonly expected = new ExpectedFrame();

  get expectedFrames(): number {
    return this.expected.count;
  }

  /** As `FramePort.expectedUs`. */
  expectedUs(): number {
    return this.expected.newestUs;
  }

  /** As `FramePort.expect`. */
  expect(frame: FrameBuffer): void {
    this.expected.set(frame);
  }

  /** As `FramePort.expectLike`. */
  expectLike(frame: FrameBuffer, from: number, to: number, meaning: number): void {
    this.expected.setLike(frame, from, to, meaning);
  }

  /** As `FramePort.expectNothing`. */
  expectNothing(): void {
    this.expected.clear();
  }

  abstract send(frame: FrameBuffer): boolean;

  /** As `FramePort.sendWith`. */
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
