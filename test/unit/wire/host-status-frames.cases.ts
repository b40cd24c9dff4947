import { COUNTER_NAMES } from "../../../firmware/wire/counter-names.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { writeHostHeader } from "../../../firmware/wire/header.js";
import * as status from "../../../firmware/wire/host-status-frames.js";
import { compact } from "../../support/hex.js";
import { checkLayout, filled, frameFrom, payloadOf, snapshot, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const SESSION = 0x8000_0000;
const STATUS_BODY =
  "01 66 00000080  02 04030201 0102030405060708 ffffffffff 0201000000 02 03" +
  "0100000000000000 0000010000000000 0100000000002000 ffffffffffffff7f 04 05 60ea0000 ffffffff 0d0c0b0a";
const ROUTE = "03 01 02";
const LINK = "05 02 01000000 02000000 03000000 04000000";

function statusFields(members: readonly [number, number][]): status.HostStatusFields {
  const fields = filled(new status.HostStatusFields(), {
    cardId: 2,
    fabricId: 0x0102_0304,
    chipId: uint64(0x0807_0605_0403_0201n),
    promised: 2 ** 40 - 1,
    view: 0x102,
    primary: 2,
    secondary: 3,
    base: uint64(1n),
    ceiling: uint64(65_536n),
    quorumCeiling: uint64(2n ** 53n + 1n),
    held: uint64(2n ** 63n - 1n),
    state: 4,
    flags: 5,
    leaseLeftUs: 60_000,
    uptimeMs: 0xffff_ffff,
    incarnation: 0x0a0b_0c0d,
    lastCardId: 254,
  });
  for (const [card, votes] of members) fields.addMember(card, votes, 0x0102_0304);
  return fields;
}

function twoLinksOneRoute(): status.HostLinksFields {
  const fields = filled(new status.HostLinksFields(), { linkCount: 2, routeCount: 1 });
  fields.neighbours.set([3, 0]);
  fields.states.set([status.LINK_ALIVE, status.LINK_DEAD]);
  fields.framesIn.set([0x0102_0304, 1]);
  fields.framesOut.set([0xffff_ffff, 2]);
  fields.badFrames.set([5, 3]);
  fields.dropped.set([0x8000_0000, 4]);
  fields.routeCards[0] = 3;
  fields.routeLinks[0] = 1;
  fields.routeCosts[0] = 2;
  return fields;
}

export const hostStatusFramesCases: readonly UnitCase[] = [
  {
    title: "HOST_STATUS with two members, and with none",
    run(t) {
      for (const [fields, members] of [
        [
          statusFields([
            [2, 0x12],
            [254, 1],
          ]),
          "fe 02  02 12 04030201  fe 01 04030201",
        ],
        [statusFields([]), "fe 00"],
      ] as const) {
        checkLayout(t, {
          hex: `${STATUS_BODY} ${members}`,
          fields,
          make: () => new status.HostStatusFields(),
          encode(frame) {
            writeHostHeader(frame, 0x66, SESSION);
            status.encodeHostStatus(frame, fields);
          },
          decode: status.decodeHostStatus,
        });
      }
    },
  },
  {
    title: "HOST_STATUS takes ten members and no more",
    run(t) {
      const into = new status.HostStatusFields();
      t.true(status.decodeHostStatus(frameFrom(`${STATUS_BODY} 09 0a ${"050101000000".repeat(10)}`), into));
      t.is(into.memberCount, 10);
      const before = snapshot(into);
      t.false(status.decodeHostStatus(frameFrom(`${STATUS_BODY} 09 0b ${"050101000000".repeat(11)}`), into));
      t.is(snapshot(into), before);
    },
  },
  {
    title: "HOST_LINKS with two links and a route, and with nothing",
    run(t) {
      for (const [fields, body] of [
        [
          twoLinksOneRoute(),
          "02 01  03 02 04030201 ffffffff 05000000 00000080  00 00 01000000 02000000 03000000 04000000  03 01 02",
        ],
        [new status.HostLinksFields(), "00 00"],
      ] as const) {
        checkLayout(t, {
          hex: `01 67 00000080  ${body}`,
          fields,
          make: () => new status.HostLinksFields(),
          encode(frame) {
            writeHostHeader(frame, 0x67, SESSION);
            status.encodeHostLinks(frame, fields);
          },
          decode: status.decodeHostLinks,
        });
      }
      t.deepEqual([status.LINK_DEAD, status.LINK_STALE, status.LINK_ALIVE], [0, 1, 2]);
    },
  },
  {
    title: "HOST_LINKS takes eight links and ten routes, which fit a payload, and no more",
    run(t) {
      const header = "01 67 00000080";
      const into = new status.HostLinksFields();
      const largest = frameFrom(`${header} 08 0a ${LINK.repeat(8)} ${ROUTE.repeat(10)}`);
      t.is(largest.length, 182);
      t.true(status.decodeHostLinks(largest, into));
      t.deepEqual([into.linkCount, into.routeCount, into.dropped[7], into.routeCosts[9]], [8, 10, 4, 2]);
      const before = snapshot(into);
      t.false(status.decodeHostLinks(frameFrom(`${header} 09 00 ${LINK.repeat(9)}`), into));
      t.false(status.decodeHostLinks(frameFrom(`${header} 00 0b ${ROUTE.repeat(11)}`), into));
      t.is(snapshot(into), before);
    },
  },
  {
    title: "HOST_COUNTERS holds a value for each name, in their order",
    run(t) {
      const count = COUNTER_NAMES.length;
      const values = Uint32Array.from({ length: count }, (_, index) => 0xffff_ff00 + index);
      const frame = new FrameBuffer();
      frame.bytes.fill(0xee);
      writeHostHeader(frame, 0x68, SESSION);
      status.encodeHostCounters(frame, values);
      const expected = Array.from(values, (_, index) => `${index.toString(16).padStart(2, "0")}ffffff`).join(
        "",
      );
      t.is(payloadOf(frame), compact(`01 68 00000080 ${count.toString(16)} ${expected}`));
      const read = new Uint32Array(count);
      t.true(status.decodeHostCounters(frame, read));
      t.deepEqual([...read], [...values]);
    },
  },
  {
    title: "HOST_COUNTERS of another length, or with another count, is refused",
    run(t) {
      const count = COUNTER_NAMES.length;
      const into = new Uint32Array(count).fill(7);
      const frame = new FrameBuffer();
      writeHostHeader(frame, 0x68, SESSION);
      status.encodeHostCounters(frame, new Uint32Array(count));
      frame.bytes[6] = count - 1;
      t.false(status.decodeHostCounters(frame, into));
      frame.bytes[6] = count;
      frame.length -= 4;
      t.false(status.decodeHostCounters(frame, into));
      t.true(into.every((value) => value === 7));
      frame.length += 4;
      t.true(status.decodeHostCounters(frame, into));
    },
  },
];
