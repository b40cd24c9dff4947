import type { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { writeFabricHeader } from "../../../firmware/wire/header.js";
import {
  AcceptFields,
  DeclineFields,
  decodeAccept,
  decodeDecline,
  decodePrepare,
  decodePromise,
  encodeAccept,
  encodeDecline,
  encodePrepare,
  encodePromise,
  PROMISE_FLAG_TAIL,
  PromiseFields,
} from "../../../firmware/wire/view-frames.js";
import { checkLayout, filled, uint64 } from "../../support/layout.js";
import { tellMembers } from "../../support/member-lists.js";
import type { UnitCase } from "../../support/unit-case.js";

const LIST = [
  [3, 1, 2, 0x3ec],
  [254, 0, 1, 0xffff_ffff],
] as const;
const LIST_HEX = "fe 02  03 21 ec030000  fe 10 ffffffff";

function header(frame: FrameBuffer, type: number): void {
  writeFabricHeader(frame, type, 2, 1, 16, 0xffff_ffff);
}

export const viewFramesCases: readonly UnitCase[] = [
  {
    title: "PREPARE",
    run(t) {
      checkLayout(t, {
        hex: "01 08 02 01 10 ffffffff  0201000080",
        fields: { view: 0x80_0000_0102 },
        make: () => ({ view: 0 }),
        encode(frame) {
          header(frame, 0x08);
          encodePrepare(frame, 0x80_0000_0102);
        },
        decode(frame, into) {
          const view = decodePrepare(frame);
          if (view >= 0) into.view = view;
          return view >= 0;
        },
      });
    },
  },
  {
    title: "PROMISE, with a tail and without",
    run(t) {
      for (const flags of [0, PROMISE_FLAG_TAIL]) {
        const fields = filled(new PromiseFields(), {
          view: 0x80_0000_0102,
          accepted: 2 ** 40 - 1,
          primary: 3,
          secondary: 254,
          base: uint64(2n ** 53n + 1n),
          ceiling: uint64(2n ** 63n),
          windowLog2: 17,
          tail: uint64(2n ** 63n - 1n),
          flags,
        });
        tellMembers(fields, LIST);
        checkLayout(t, {
          hex: `01 09 02 01 10 ffffffff  0201000080 ffffffffff 03 fe
            0100000000002000 0000000000000080 11 ffffffffffffff7f 0${flags} ${LIST_HEX}`,
          fields,
          make: () => new PromiseFields(),
          encode(frame) {
            header(frame, 0x09);
            encodePromise(frame, fields);
          },
          decode: decodePromise,
        });
      }
      t.is(PROMISE_FLAG_TAIL, 1);
    },
  },
  {
    title: "DECLINE",
    run(t) {
      checkLayout(t, {
        hex: "01 0a 02 01 10 ffffffff  0201000080 0302000080",
        fields: filled(new DeclineFields(), { view: 0x80_0000_0102, promised: 0x80_0000_0203 }),
        make: () => new DeclineFields(),
        encode(frame) {
          header(frame, 0x0a);
          encodeDecline(frame, 0x80_0000_0102, 0x80_0000_0203);
        },
        decode: decodeDecline,
      });
    },
  },
  {
    title: "ACCEPT",
    run(t) {
      const fields = filled(new AcceptFields(), {
        view: 0x80_0000_0102,
        primary: 3,
        secondary: 254,
        base: uint64(2n ** 53n + 1n),
        ceiling: uint64(2n ** 63n),
        windowLog2: 30,
      });
      tellMembers(fields, LIST);
      checkLayout(t, {
        hex: `01 0b 02 01 10 ffffffff  0201000080 03 fe 0100000000002000 0000000000000080 1e ${LIST_HEX}`,
        fields,
        make: () => new AcceptFields(),
        encode(frame) {
          header(frame, 0x0b);
          encodeAccept(frame, fields);
        },
        decode: decodeAccept,
      });
    },
  },
];
