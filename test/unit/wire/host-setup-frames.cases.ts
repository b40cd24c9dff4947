import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { writeHostHeader } from "../../../firmware/wire/header.js";
import * as setup from "../../../firmware/wire/host-setup-frames.js";
import { checkLayout, filled, frameFrom, payloadOf, snapshot, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const SESSION = 0x0000_0001;
const INIT_HEADER = "01 42 01000000";

function init(members: readonly [number, number][]): setup.HostInitFields {
  const fields = filled(new setup.HostInitFields(), {
    fabricId: 0xa1b2_c3d4,
    cardId: 2,
    first: uint64(2n ** 53n + 1n),
  });
  for (const [card, votes] of members) fields.addMember(card, votes);
  return fields;
}

export const hostSetupFramesCases: readonly UnitCase[] = [
  {
    title: "HOST_WELCOME",
    run(t) {
      const fields = filled(new setup.HostWelcomeFields(), {
        cardId: 3,
        fabricId: 0xa1b2_c3d4,
        chipId: uint64(0xe660_5838_8379_2d2fn),
        flags: 0x0f,
        maxBlocksInFlight: 8,
      });
      checkLayout(t, {
        hex: "01 60 01000000  03 d4c3b2a1 2f2d7983385860e6 0f 08",
        fields,
        make: () => new setup.HostWelcomeFields(),
        encode(frame) {
          writeHostHeader(frame, 0x60, SESSION);
          setup.encodeHostWelcome(frame, fields);
        },
        decode: setup.decodeHostWelcome,
      });
      t.deepEqual(
        [setup.CARD_FLAG_BLANK, setup.CARD_FLAG_COLD, setup.CARD_FLAG_LEASE, setup.CARD_FLAG_STORAGE_FAILED],
        [1, 2, 4, 8],
      );
    },
  },
  {
    title: "HOST_INIT with three members, and with none",
    run(t) {
      for (const [fields, members] of [
        [
          init([
            [1, 2],
            [2, 1],
            [254, 255],
          ]),
          "03  01 02  02 01  fe ff",
        ],
        [init([]), "00"],
      ] as const) {
        checkLayout(t, {
          hex: `${INIT_HEADER} d4c3b2a1 02 0100000000002000 ${members}`,
          fields,
          make: () => new setup.HostInitFields(),
          encode(frame) {
            writeHostHeader(frame, 0x42, SESSION);
            setup.encodeHostInit(frame, fields);
          },
          decode: setup.decodeHostInit,
        });
      }
    },
  },
  {
    title: "HOST_INIT takes sixteen members and no more, and starts its list anew",
    run(t) {
      const body = `${INIT_HEADER} d4c3b2a1 02 0100000000000000`;
      const into = init([[9, 9]]);
      t.true(setup.decodeHostInit(frameFrom(`${body} 10 ${"0501".repeat(16)}`), into));
      t.is(into.memberCount, 16);
      t.deepEqual([...into.memberCards], new Array(16).fill(5));
      const before = snapshot(into);
      t.false(setup.decodeHostInit(frameFrom(`${body} 11 ${"0501".repeat(17)}`), into));
      t.is(snapshot(into), before);
    },
  },
  {
    title: "HOST_INIT_RESULT",
    run(t) {
      const frame = new FrameBuffer();
      writeHostHeader(frame, 0x65, SESSION);
      setup.encodeHostInitResult(frame, setup.INIT_STORAGE_FAILED);
      t.is(payloadOf(frame), "01650100000005");
      t.is(setup.decodeHostInitResult(frame), 5);
      t.is(setup.decodeHostInitResult(frameFrom("01650100000000")), setup.INIT_DONE);
      t.is(setup.decodeHostInitResult(frameFrom("016501000000")), -1);
      t.is(setup.decodeHostInitResult(frameFrom("0165010000000000")), -1);
      t.deepEqual(
        [setup.INIT_NOT_BLANK, setup.INIT_BAD_MEMBERS, setup.INIT_BAD_FIRST, setup.INIT_BAD_FABRIC],
        [1, 2, 3, 4],
      );
    },
  },
];
