import type { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { writeFabricHeader } from "../../../firmware/wire/header.js";
import {
  AnswerFields,
  decodeAnswer,
  decodeRefuse,
  decodeRequest,
  decodeStore,
  encodeAnswer,
  encodeRefuse,
  encodeRequest,
  encodeStore,
  RefuseFields,
  RequestFields,
  StoreFields,
} from "../../../firmware/wire/number-frames.js";
import { checkLayout, filled, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

function header(frame: FrameBuffer, type: number): void {
  writeFabricHeader(frame, type, 1, 2, 16, 0x0000_0007);
}

/** First number of a block, and its bytes. */
const FIRSTS: readonly [bigint, string][] = [
  [1n, "0100000000000000"],
  [4_294_967_295n, "ffffffff00000000"],
  [9_007_199_254_740_992n, "0000000000002000"],
  [9_007_199_254_740_993n, "0100000000002000"],
  [9_223_372_036_854_775_807n, "ffffffffffffff7f"],
  [9_223_372_036_854_775_808n, "0000000000000080"],
  [18_446_744_073_709_551_615n, "ffffffffffffffff"],
];

export const numberFramesCases: readonly UnitCase[] = [
  {
    title: "REQUEST",
    run(t) {
      checkLayout(t, {
        hex: "01 02 01 02 10 07000000  efbeadde 0080",
        fields: filled(new RequestFields(), { requestId: 0xdeadbeef, count: 32_768 }),
        make: () => new RequestFields(),
        encode(frame) {
          header(frame, 0x02);
          encodeRequest(frame, 0xdeadbeef, 32_768);
        },
        decode: decodeRequest,
      });
    },
  },
  {
    title: "STORE, with first numbers at every edge",
    run(t) {
      for (const [first, bytes] of FIRSTS) {
        checkLayout(t, {
          hex: `01 03 01 02 10 07000000  0504030201 f0debc9a ${bytes} 0100 fe`,
          fields: filled(new StoreFields(), {
            view: 0x01_0203_0405,
            requestId: 0x9abcdef0,
            first: uint64(first),
            count: 1,
            originator: 254,
          }),
          make: () => new StoreFields(),
          encode(frame) {
            header(frame, 0x03);
            encodeStore(frame, 0x01_0203_0405, 254, 0x9abcdef0, uint64(first), 1);
          },
          decode: decodeStore,
        });
      }
    },
  },
  {
    title: "ANSWER, in the largest view, with first numbers at every edge",
    run(t) {
      for (const [first, bytes] of FIRSTS) {
        checkLayout(t, {
          hex: `01 04 01 02 10 07000000  ffffffffff ffffffff ${bytes} ffff`,
          fields: filled(new AnswerFields(), {
            view: 2 ** 40 - 1,
            requestId: 0xffff_ffff,
            first: uint64(first),
            count: 65_535,
          }),
          make: () => new AnswerFields(),
          encode(frame) {
            header(frame, 0x04);
            encodeAnswer(frame, 2 ** 40 - 1, 0xffff_ffff, uint64(first), 65_535);
          },
          decode: decodeAnswer,
        });
      }
    },
  },
  {
    title: "REFUSE",
    run(t) {
      checkLayout(t, {
        hex: "01 05 01 02 10 07000000  00000080 0a",
        fields: filled(new RefuseFields(), { requestId: 0x8000_0000, code: 10 }),
        make: () => new RefuseFields(),
        encode(frame) {
          header(frame, 0x05);
          encodeRefuse(frame, 0x8000_0000, 10);
        },
        decode: decodeRefuse,
      });
    },
  },
];
