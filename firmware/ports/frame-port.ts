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
   * Called with each good frame, but for the one expected, with the platform's time, and with what `expectLike` was told that
   * frames like it mean, else 0. The buffer is used again as soon as it returns. Set once, by `startFirmware`.
   */
  onFrame: (frame: FrameBuffer, nowUs: number, meaning: number) => void;
  /** Frames dropped on reception for noise, wrong checksum or wrong length. */
  readonly badFrames: number;
  /** Left out where the line has no rate, or none that can be changed. */
  readonly rate?: PortRate | undefined;
  /** Frames that `send` had taken and that never went out, at the least, as nobody was there to read them. */
  readonly forgottenFrames: number;
  /** Frames that were expected: those that were not handed on, and those that were with a meaning. */
  readonly expectedFrames: number;
  /** @returns when the newest of those came, in microseconds of the platform's clock; minus infinity, or 0: none did. */
  expectedUs(): number;
  /**
   * From here on a good frame that is `frame`, byte for byte, is not handed on: only that it came is noted. So what a neighbour says
   * again and again costs no turn. Replaces the one expected before.
   */
  expect(frame: FrameBuffer): void;
  /**
   * From here on a good frame that is `frame`, byte for byte but for `bytes[from..to)`, is handed on with its `meaning`: so what was
   * found about the bytes that are alike need not be found again. Replaces what was expected under the same meaning; of several
   * meanings the oldest gives way. A frame of more than 32 bytes is not expected.
   * @param from 0 to `to`, which is no more than the frame's length.
   * @param meaning above 0.
   */
  expectLike(frame: FrameBuffer, from: number, to: number, meaning: number): void;
  /** Every good frame is handed on again, and means nothing. */
  expectNothing(): void;
  /**
   * Takes a whole frame or nothing, and never waits.
   * @returns false where the send buffer has no room.
   */
  send(frame: FrameBuffer): boolean;
  /**
   * As `send`, with four words, as a frame has them, written to `bytes[at..at + 16)` first. What of them lies behind the frame's end is
   * not sent.
   * @param at there must be room for 16 bytes from there on, whatever the frame's length. Where there is none nothing goes out: in C
   *   it answers false and counts that as a send without room, in TypeScript it throws a RangeError.
   */
  sendWith(
    frame: FrameBuffer,
    at: number,
    first: number,
    second: number,
    third: number,
    fourth: number,
  ): boolean;
  /** Gives everything back. Safe twice. */
  close(): void;
}
