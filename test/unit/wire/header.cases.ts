import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { writeFabricHeader, writeHostHeader } from "../../../firmware/wire/header.js";
import { toHex } from "../../support/hex.js";
import type { UnitCase } from "../../support/unit-case.js";

export const headerCases: readonly UnitCase[] = [
  {
    title: "between cards: version, type, source, destination, hops left, fabric id",
    run(t) {
      const frame = new FrameBuffer();
      frame.bytes.fill(0xee);
      writeFabricHeader(frame, 0x02, 3, 254, 7, 0xdeadbeef);
      t.is(toHex(frame.bytes, 10), "010203fe07efbeaddeee");
    },
  },
  {
    title: "between card and host: version, type, session",
    run(t) {
      const frame = new FrameBuffer();
      frame.bytes.fill(0xee);
      writeHostHeader(frame, 0x41, 0xfffffffe);
      t.is(toHex(frame.bytes, 7), "0141feffffffee");
    },
  },
];
