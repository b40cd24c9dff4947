import {
  FRAME_HOST_LINK_TEST,
  FRAME_HOST_LINK_TEST_RESULT,
  FRAME_LINK_TEST,
  FRAME_LINK_TEST_REPLY,
} from "../../../firmware/wire/frame-types.js";
import { writeFabricHeader, writeHostHeader } from "../../../firmware/wire/header.js";
import {
  decodeHostLinkTest,
  decodeHostLinkTestResult,
  decodeLinkTest,
  decodeLinkTestReply,
  encodeHostLinkTest,
  encodeHostLinkTestResult,
  encodeLinkTest,
  encodeLinkTestReply,
  HostLinkTestFields,
  HostLinkTestResultFields,
  LinkTestFields,
  LinkTestReplyFields,
} from "../../../firmware/wire/link-test-frames.js";
import { checkLayout, filled } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const ASKED = { tag: 0x01020304, baud: 3_000_000, durationMs: 2_000 };
const RATES = { configuredBaud: 2_000_000, maxBaud: 3_000_000 };

export const linkTestFramesCases: readonly UnitCase[] = [
  {
    title: "LINK_TEST",
    run(t) {
      checkLayout(t, {
        hex: "01 13 03 ff 01 07000000  04030201 c0c62d00 d007",
        fields: filled(new LinkTestFields(), ASKED),
        make: () => new LinkTestFields(),
        encode(frame) {
          writeFabricHeader(frame, FRAME_LINK_TEST, 3, 255, 1, 7);
          encodeLinkTest(frame, filled(new LinkTestFields(), ASKED));
        },
        decode: decodeLinkTest,
      });
    },
  },
  {
    title: "LINK_TEST_REPLY",
    run(t) {
      const fields = { tag: 0x01020304, code: 3, ...RATES };
      checkLayout(t, {
        hex: "01 14 03 ff 01 07000000  04030201 03 80841e00 c0c62d00",
        fields: filled(new LinkTestReplyFields(), fields),
        make: () => new LinkTestReplyFields(),
        encode(frame) {
          writeFabricHeader(frame, FRAME_LINK_TEST_REPLY, 3, 255, 1, 7);
          encodeLinkTestReply(frame, filled(new LinkTestReplyFields(), fields));
        },
        decode: decodeLinkTestReply,
      });
    },
  },
  {
    title: "HOST_LINK_TEST",
    run(t) {
      const fields = { ...ASKED, link: 7 };
      checkLayout(t, {
        hex: "01 4b 05000000  04030201 07 c0c62d00 d007",
        fields: filled(new HostLinkTestFields(), fields),
        make: () => new HostLinkTestFields(),
        encode(frame) {
          writeHostHeader(frame, FRAME_HOST_LINK_TEST, 5);
          encodeHostLinkTest(frame, filled(new HostLinkTestFields(), fields));
        },
        decode: decodeHostLinkTest,
      });
    },
  },
  {
    title: "HOST_LINK_TEST_RESULT",
    run(t) {
      const fields = { tag: 0x01020304, code: 3, card: 254, ...RATES };
      checkLayout(t, {
        hex: "01 6d 05000000  04030201 03 fe 80841e00 c0c62d00",
        fields: filled(new HostLinkTestResultFields(), fields),
        make: () => new HostLinkTestResultFields(),
        encode(frame) {
          writeHostHeader(frame, FRAME_HOST_LINK_TEST_RESULT, 5);
          encodeHostLinkTestResult(frame, filled(new HostLinkTestResultFields(), fields));
        },
        decode: decodeHostLinkTestResult,
      });
    },
  },
];
