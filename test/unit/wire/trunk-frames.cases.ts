import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import {
  decodeHostTrunk,
  encodeHostTrunk,
  MAX_TRUNK_FRAME_BYTES,
} from "../../../firmware/wire/trunk-frames.js";
import { payloadOf } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

function numbered(bytes: number): FrameBuffer {
  const frame = new FrameBuffer();
  for (let index = 0; index < bytes; index += 1) frame.bytes[index] = (7 * index + 1) % 256;
  frame.length = bytes;
  return frame;
}

export const trunkFramesCases: readonly UnitCase[] = [
  {
    title: "a trunk carries a frame between cards as it is, from a bare header to the longest",
    run(t) {
      for (const bytes of [9, 10, 100, MAX_TRUNK_FRAME_BYTES]) {
        const frame = new FrameBuffer();
        t.true(encodeHostTrunk(frame, numbered(bytes)));
        t.is(frame.length, 6 + bytes);
        const carried = numbered(3);
        t.true(decodeHostTrunk(frame, carried));
        t.is(payloadOf(carried), payloadOf(numbered(bytes)));
      }
      t.is(MAX_TRUNK_FRAME_BYTES, 244);
    },
  },
  {
    title: "what is too long or too short is refused, and nothing changed",
    run(t) {
      const frame = numbered(20);
      t.false(encodeHostTrunk(frame, numbered(MAX_TRUNK_FRAME_BYTES + 1)));
      t.is(payloadOf(frame), payloadOf(numbered(20)));
      for (const bytes of [0, 5, 6, 14]) {
        const carried = numbered(12);
        t.false(decodeHostTrunk(numbered(bytes), carried));
        t.is(payloadOf(carried), payloadOf(numbered(12)));
      }
    },
  },
];
