import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";

/** Frame buffers that are under way, used again and again. */
export class FramePool {
  private readonly free: FrameBuffer[] = [];

  copyOf(frame: FrameBuffer): FrameBuffer {
    return (this.free.pop() ?? new FrameBuffer()).copy(frame);
  }

  release(frame: FrameBuffer): void {
    this.free.push(frame);
  }
}
