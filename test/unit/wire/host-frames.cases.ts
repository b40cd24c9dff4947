import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { writeHostHeader } from "../../../firmware/wire/header.js";
import {
  decodeHostAnswer,
  decodeHostMirror,
  decodeHostRefuse,
  decodeHostRequest,
  decodeHostView,
  encodeEmptyBody,
  encodeHostAnswer,
  encodeHostMirror,
  encodeHostRefuse,
  encodeHostRequest,
  encodeHostView,
  HostAnswerFields,
  HostMirrorFields,
  HostRefuseFields,
  HostRequestFields,
  HostViewFields,
  hasEmptyBody,
} from "../../../firmware/wire/host-frames.js";
import { checkLayout, filled, frameFrom, payloadOf, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const SESSION = 0xcafe_f00d;

export const hostFramesCases: readonly UnitCase[] = [
  {
    title: "HOST_OPEN, HOST_CLOSE and HOST_STATUS_REQUEST are a header and nothing else",
    run(t) {
      const frame = new FrameBuffer();
      for (const [type, hex] of [
        [0x40, "01400df0feca"],
        [0x44, "01440df0feca"],
        [0x43, "01430df0feca"],
      ] as const) {
        writeHostHeader(frame, type, SESSION);
        encodeEmptyBody(frame);
        t.is(payloadOf(frame), hex);
        t.true(hasEmptyBody(frame));
      }
      t.false(hasEmptyBody(frameFrom("01400df0fe")));
      t.false(hasEmptyBody(frameFrom("01400df0feca00")));
    },
  },
  {
    title: "HOST_REQUEST",
    run(t) {
      checkLayout(t, {
        hex: "01 41 0df0feca  04030201 0080",
        fields: filled(new HostRequestFields(), { tag: 0x0102_0304, count: 32_768 }),
        make: () => new HostRequestFields(),
        encode(frame) {
          writeHostHeader(frame, 0x41, SESSION);
          encodeHostRequest(frame, 0x0102_0304, 32_768);
        },
        decode: decodeHostRequest,
      });
    },
  },
  {
    title: "HOST_ANSWER, with first numbers at every edge",
    run(t) {
      for (const [first, bytes] of [
        [1n, "0100000000000000"],
        [2n ** 32n - 1n, "ffffffff00000000"],
        [2n ** 53n + 1n, "0100000000002000"],
        [2n ** 63n - 1n, "ffffffffffffff7f"],
        [2n ** 63n, "0000000000000080"],
        [2n ** 64n - 1n, "ffffffffffffffff"],
      ] as const) {
        checkLayout(t, {
          hex: `01 61 0df0feca  ffffffff ${bytes} 0100`,
          fields: filled(new HostAnswerFields(), { tag: 0xffff_ffff, first: uint64(first), count: 1 }),
          make: () => new HostAnswerFields(),
          encode(frame) {
            writeHostHeader(frame, 0x61, SESSION);
            encodeHostAnswer(frame, 0xffff_ffff, uint64(first), 1);
          },
          decode: decodeHostAnswer,
        });
      }
    },
  },
  {
    title: "HOST_REFUSE",
    run(t) {
      checkLayout(t, {
        hex: "01 62 0df0feca  78563412 07",
        fields: filled(new HostRefuseFields(), { tag: 0x1234_5678, code: 7 }),
        make: () => new HostRefuseFields(),
        encode(frame) {
          writeHostHeader(frame, 0x62, SESSION);
          encodeHostRefuse(frame, 0x1234_5678, 7);
        },
        decode: decodeHostRefuse,
      });
    },
  },
  {
    title: "HOST_VIEW",
    run(t) {
      const fields = filled(new HostViewFields(), {
        view: 2 ** 40 - 1,
        primary: 1,
        secondary: 254,
        base: uint64(2n ** 53n + 1n),
        state: 4,
      });
      checkLayout(t, {
        hex: "01 63 0df0feca  ffffffffff 01 fe 0100000000002000 04",
        fields,
        make: () => new HostViewFields(),
        encode(frame) {
          writeHostHeader(frame, 0x63, SESSION);
          encodeHostView(frame, fields);
        },
        decode: decodeHostView,
      });
    },
  },
  {
    title: "HOST_MIRROR",
    run(t) {
      checkLayout(t, {
        hex: "01 64 0df0feca  0201000000 ffffffffffffff7f",
        fields: filled(new HostMirrorFields(), { view: 0x102, held: uint64(2n ** 63n - 1n) }),
        make: () => new HostMirrorFields(),
        encode(frame) {
          writeHostHeader(frame, 0x64, SESSION);
          encodeHostMirror(frame, 0x102, uint64(2n ** 63n - 1n));
        },
        decode: decodeHostMirror,
      });
    },
  },
  {
    title: "HOST_MIRROR, of the largest view",
    run(t) {
      checkLayout(t, {
        hex: "01 64 0df0feca  fefdfcfbfa 0102030405060708",
        fields: filled(new HostMirrorFields(), {
          view: 0xfafb_fcfd_fe,
          held: uint64(0x0807_0605_0403_0201n),
        }),
        make: () => new HostMirrorFields(),
        encode(frame) {
          writeHostHeader(frame, 0x64, SESSION);
          encodeHostMirror(frame, 0xfafb_fcfd_fe, uint64(0x0807_0605_0403_0201n));
        },
        decode: decodeHostMirror,
      });
    },
  },
];
