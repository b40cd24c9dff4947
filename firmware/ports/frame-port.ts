import type { FrameBuffer } from "../wire/frame-buffer.js";

/**
 * One cable end, or the USB line to the host, that carries whole checked frames. On boards it is native, with bytes,
 * interrupts and framing in C; elsewhere it is `ByteFramePort`.
 */
export interface FramePort {
  /** Called with each good frame; the buffer is used again as soon as it returns. Set once, by `startFirmware`. */
  onFrame: (frame: FrameBuffer) => void;
  /** Frames dropped on reception for noise, wrong checksum or wrong length. */
  readonly badFrames: number;
  /** Frames that `send` had taken and that never went out, at the least, as nobody was there to read them. */
  readonly forgottenFrames: number;
  /**
   * Takes a whole frame or nothing, and never waits.
   * @returns false where the send buffer has no room.
   */
  send(frame: FrameBuffer): boolean;
  /** Gives everything back. Safe twice. */
  close(): void;
}
