import type { FramePort } from "../ports/frame-port.js";
import type { FrameBuffer } from "../wire/frame-buffer.js";

/**
 * A frame port in C (frame-port.c). Its subclasses open the line below it. A method that does nothing but call native code
 * is linked to it for good.
 */
export class NativeFramePort extends Native("xs_frame_port_destructor") implements FramePort {
  onFrame: (frame: FrameBuffer, nowUs: number, meaning: number) => void = () => {};

  /** With the overruns: each has cost a frame at least, and this is the counter that `status` shows. */
  get badFrames(): number {
    return this.countBadFrames() + this.countOverruns();
  }

  /**
   * Times that received bytes were lost below the frames: the card was busy for longer than the line's ring holds them, or a
   * slot of an SPI cable came damaged.
   */
  get overruns(): number {
    return this.countOverruns();
  }

  /** Frames that `send` had no room for. */
  get dropped(): number {
    return this.countDropped();
  }

  get forgottenFrames(): number {
    return this.countForgotten();
  }

  get expectedFrames(): number {
    return this.countExpected();
  }

  expectedUs(): number {
    return native("xs_frame_port_expected_us").call(this);
  }

  expect(frame: FrameBuffer): void {
    return native("xs_frame_port_expect").call(this, frame);
  }

  expectLike(frame: FrameBuffer, from: number, to: number, meaning: number): void {
    return native("xs_frame_port_expect_like").call(this, frame, from, to, meaning);
  }

  expectNothing(): void {
    return native("xs_frame_port_expect_nothing").call(this);
  }

  send(frame: FrameBuffer): boolean {
    return native("xs_frame_port_send").call(this, frame);
  }

  sendWith(
    frame: FrameBuffer,
    at: number,
    first: number,
    second: number,
    third: number,
    fourth: number,
  ): boolean {
    return native("xs_frame_port_send_with").call(this, frame, at, first, second, third, fourth);
  }

  close(): void {
    return native("xs_frame_port_close").call(this);
  }

  private countBadFrames(): number {
    return native("xs_frame_port_bad_frames").call(this);
  }

  private countOverruns(): number {
    return native("xs_frame_port_overruns").call(this);
  }

  private countForgotten(): number {
    return native("xs_frame_port_forgotten").call(this);
  }

  private countExpected(): number {
    return native("xs_frame_port_expected_frames").call(this);
  }

  private countDropped(): number {
    return native("xs_frame_port_dropped").call(this);
  }
}
