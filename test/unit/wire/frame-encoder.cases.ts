import { encodeFrame } from "../../../firmware/wire/frame-encoder.js";
import { compact, toHex } from "../../support/hex.js";
import { frameFrom, payloadOf } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

function encoded(payload: string): string {
  const out = new Uint8Array(257).fill(0xee);
  return toHex(out, encodeFrame(frameFrom(payload), out, 0));
}

export const frameEncoderCases: readonly UnitCase[] = [
  {
    title: "a payload without zeros is one block",
    run(t) {
      t.is(encoded("313233343536373839"), compact("00 0e 313233343536373839 2639f4cb 00"));
      t.is(encoded("78"), compact("00 06 78 8316dc8c 00"));
    },
  },
  {
    title: "each zero ends a block",
    run(t) {
      t.is(encoded("00"), compact("00 01 05 8def02d2 00"));
      t.is(encoded("0000"), compact("00 01 01 05 ff12d941 00"));
      t.is(encoded("11000022"), compact("00 02 11 01 06 22 02ae811c 00"));
    },
  },
  {
    title: "zeros in the checksum are taken out too",
    run(t) {
      t.is(encoded("6301019a"), compact("00 08 6301019a dda6d4 01 00"));
      t.is(encoded("01022398"), compact("00 05 01022398 01 03 01da 00"));
    },
  },
  {
    title: "254 bytes without a zero are one block of code 255, with nothing behind it",
    run(t) {
      t.is(encoded("ff".repeat(250)), `00ff${"ff".repeat(250)}62493efe00`);
      t.is(encoded("5a".repeat(250)), `00ff${"5a".repeat(250)}1eb3c97300`);
    },
  },
  {
    title: "a longest payload of zeros takes as many bytes as any longest payload",
    run(t) {
      t.is(encoded("00".repeat(250)), `00${"01".repeat(250)}05c3049a0b00`);
    },
  },
  {
    title: "writes from the place asked for on, and nowhere else",
    run(t) {
      const out = new Uint8Array(16).fill(0xee);
      t.is(encodeFrame(frameFrom("00"), out, 5), 8);
      t.is(toHex(out), compact("eeeeeeeeee 00 01 05 8def02d2 00 eeeeee"));
    },
  },
  {
    title: "leaves the payload as it was",
    run(t) {
      const frame = frameFrom("11000022");
      encodeFrame(frame, new Uint8Array(257), 0);
      t.is(payloadOf(frame), "11000022");
    },
  },
];
