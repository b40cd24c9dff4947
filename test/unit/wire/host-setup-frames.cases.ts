import { writeHostHeader } from "../../../firmware/wire/header.js";
import * as setup from "../../../firmware/wire/host-setup-frames.js";
import { checkLayout, filled, frameFrom, snapshot, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const SESSION = 0x0000_0001;
const INIT_HEADER = "01 42 01000000";

function init(members: readonly [number, number][]): setup.HostInitFields {
  const fields = filled(new setup.HostInitFields(), {
    fabricId: 0xa1b2_c3d4,
    cardId: 2,
    first: uint64(2n ** 53n + 1n),
    kind: setup.INIT_JOIN,
    replacesFabricId: 0x0102_0304,
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
      t.deepEqual([setup.CARD_FLAG_JOINING, setup.CARD_FLAG_REMOVED, setup.CARD_FLAG_FORGOT], [16, 32, 64]);
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
          hex: `${INIT_HEADER} d4c3b2a1 02 0100000000002000 02 04030201 ${members}`,
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
    title: "HOST_INIT takes ten members and no more, and starts its list anew",
    run(t) {
      const body = `${INIT_HEADER} d4c3b2a1 02 0100000000000000 01 00000000`;
      const into = init([[9, 9]]);
      t.true(setup.decodeHostInit(frameFrom(`${body} 0a ${"0501".repeat(10)}`), into));
      t.is(into.memberCount, 10);
      t.deepEqual([...into.memberCards], new Array(10).fill(5));
      const before = snapshot(into);
      t.false(setup.decodeHostInit(frameFrom(`${body} 0b ${"0501".repeat(11)}`), into));
      t.is(snapshot(into), before);
    },
  },
  {
    title: "HOST_INIT_RESULT",
    run(t) {
      const fields = filled(new setup.HostInitResultFields(), { code: 5, incarnation: 0xfedc_ba98 });
      checkLayout(t, {
        hex: "01 65 01000000 05 98badcfe",
        fields,
        make: () => new setup.HostInitResultFields(),
        encode(frame) {
          writeHostHeader(frame, 0x65, SESSION);
          setup.encodeHostInitResult(frame, setup.INIT_STORAGE_FAILED, 0xfedc_ba98);
        },
        decode: setup.decodeHostInitResult,
      });
      t.deepEqual([setup.INIT_DONE, setup.INIT_FOUND, setup.INIT_JOIN], [0, 1, 2]);
      t.deepEqual([setup.INIT_BAD_KIND, setup.INIT_WRONG_FABRIC, setup.INIT_FIRST_TOO_LOW], [6, 7, 8]);
      t.is(setup.INIT_OTHER_FOUNDING, 9);
      t.deepEqual(
        [setup.INIT_NOT_BLANK, setup.INIT_BAD_MEMBERS, setup.INIT_BAD_FIRST, setup.INIT_BAD_FABRIC],
        [1, 2, 3, 4],
      );
    },
  },
];
