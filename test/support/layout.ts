import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { compact, fromHex, toHex } from "./hex.js";
import type { Assertions } from "./unit-case.js";

/** A number from 0 to 2^64-1. */
export function uint64(value: bigint): Uint64 {
  return new Uint64(Number(value >> 32n), Number(value & 0xffff_ffffn));
}

export function toBigInt(value: Uint64): bigint {
  return (BigInt(value.high) << 32n) | BigInt(value.low);
}

export function frameFrom(hex: string): FrameBuffer {
  const frame = new FrameBuffer();
  const bytes = fromHex(hex);
  frame.bytes.set(bytes);
  frame.length = bytes.length;
  return frame;
}

export function payloadOf(frame: FrameBuffer): string {
  return toHex(frame.bytes, frame.length);
}

/** What a frame's fields hold, as a value that can be compared and that does not change any more. */
export function snapshot(fields: object): string {
  return JSON.stringify(fields);
}

export interface Layout<Fields extends object> {
  /** The whole payload, written by hand from the documented layout. */
  readonly hex: string;
  /** What the payload means. */
  readonly fields: Fields;
  /** Empty fields to decode into. */
  make(): Fields;
  /** Writes header and body. */
  encode(frame: FrameBuffer): void;
  decode(frame: FrameBuffer, into: Fields): boolean;
}

/** Checks both ways, in a buffer that has held something else before, and that every other length is refused. */
export function checkLayout<Fields extends object>(t: Assertions, layout: Layout<Fields>): void {
  const written = new FrameBuffer();
  written.bytes.fill(0xee);
  written.length = 3;
  layout.encode(written);
  t.is(payloadOf(written), compact(layout.hex), "encoded");

  const frame = frameFrom(layout.hex);
  const read = layout.make();
  t.true(layout.decode(frame, read), "decoded");
  t.is(snapshot(read), snapshot(layout.fields));

  const untouched = layout.make();
  const before = snapshot(untouched);
  const whole = frame.length;
  const accepted: number[] = [];
  for (let length = 0; length <= 250; length += 1) {
    frame.length = length;
    if (length !== whole && layout.decode(frame, untouched)) accepted.push(length);
  }
  t.deepEqual(accepted, [], "lengths that should have been refused");
  t.is(snapshot(untouched), before, "a refused frame changed the fields");
}

/** Fills fresh fields. */
export function filled<Fields extends object>(fields: Fields, values: Partial<Fields>): Fields {
  return Object.assign(fields, values);
}
