import { writeFabricHeader } from "../../../firmware/wire/header.js";
import { decodeJoin, encodeJoin, JoinFields } from "../../../firmware/wire/join-frame.js";
import { checkLayout, filled } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const LARGEST = { incarnation: 0x0102_0304, checksum: 0xfedc_ba98, view: 2 ** 40 - 1 };

export const joinFrameCases: readonly UnitCase[] = [
  {
    title: "JOIN",
    run(t) {
      checkLayout(t, {
        hex: "01 0e 02 01 10 ffffffff  04030201 98badcfe ffffffffff",
        fields: filled(new JoinFields(), LARGEST),
        make: () => new JoinFields(),
        encode(frame) {
          writeFabricHeader(frame, 0x0e, 2, 1, 16, 0xffff_ffff);
          encodeJoin(frame, filled(new JoinFields(), LARGEST));
        },
        decode: decodeJoin,
      });
    },
  },
];
