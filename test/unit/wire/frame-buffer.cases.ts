import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { frameFrom, payloadOf } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

export const frameBufferCases: readonly UnitCase[] = [
  {
    title: "holds the longest payload and its checksum, and starts empty",
    run(t) {
      const frame = new FrameBuffer();
      t.is(frame.bytes.length, 254);
      t.is(frame.length, 0);
    },
  },
  {
    title: "bytes and view are the same memory",
    run(t) {
      const frame = new FrameBuffer();
      frame.view.setUint16(250, 0x1234, true);
      t.deepEqual([frame.bytes[250], frame.bytes[251]], [0x34, 0x12]);
    },
  },
  {
    title: "fill writes four words where it is told, signed or not, and nothing else",
    run(t) {
      const frame = frameFrom("aabbccddeeff");
      frame.fill(1, 0x0403_0201, -2, 0x8000_0000, 5);
      frame.length = 19;
      t.is(payloadOf(frame), "aa01020304feffffff000000800500000000" + "00");
    },
  },
  {
    title: "copy takes the payload and nothing behind it",
    run(t) {
      const from = frameFrom("0102030405");
      from.length = 3;
      const to = frameFrom("f1f2f3f4f5f6");
      t.is(to.copy(from), to);
      t.is(payloadOf(to), "010203");
      t.is(to.bytes[3], 0xf4);
      from.bytes[0] = 9;
      t.is(to.bytes[0], 1);
      t.is(payloadOf(to.copy(new FrameBuffer())), "");
    },
  },
];
