import type { FrameBuffer } from "../wire/frame-buffer.js";

/** How fast a port's line is, where that can be changed. */
export interface PortRate {
  /** Bits a second that it has but for tests. */
  readonly configuredBaud: number;
  /** The most that the board can. */
  readonly maxBaud: number;
  /**
   * Changes it both ways, as soon as the byte that is being sent has gone. What waits to be sent goes at the new rate.
   * @param baud `MIN_LINK_BAUD` to `maxBaud`.
   */
  setBaud(baud: number): void;
}

/**
 * One cable end, or the USB line to the host, that carries whole checked frames. On boards it is native, with bytes,
 * interrupts and framing in C; elsewhere it is `ByteFramePort`.
 */
export interface FramePort {
  /**
   * Called with each good frame, but for the one expected, and the platform's time; the buffer is used again as soon as it
   * returns. Set once, by `startFirmware`.
   */
  onFrame: (frame: FrameBuffer, nowUs: number) => void;
  /** Frames dropped on reception for noise, wrong checksum or wrong length. */
  readonly badFrames: number;
  /** Left out where the line has no rate, or none that can be changed. */
  readonly rate?: PortRate | undefined;
  /** Frames that `send` had taken and that never went out, at the least, as nobody was there to read them. */
  readonly forgottenFrames: number;
  /** Frames that were not handed on, as each of them was the expected one. */
  readonly expectedFrames: number;
  /** @returns when the newest of those came, in microseconds of the platform's clock; minus infinity, or 0: none did. */
  expectedUs(): number;
  /**
   * From here on a good frame that is `frame`, byte for byte, is not handed on: only that it came is noted. So what a neighbour says
   * again and again costs no turn. Replaces the one expected before.
   */
  expect(frame: FrameBuffer): void;
  /** Every good frame is handed on again. */
  expectNothing(): void;
  /**
   * Takes a whole frame or nothing, and never waits.
   * @returns false where the send buffer has no room.
   */
  send(frame: FrameBuffer): boolean;
  /** Gives everything back. Safe twice. */
  close(): void;
}
