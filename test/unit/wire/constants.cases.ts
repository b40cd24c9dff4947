import * as constants from "../../../firmware/wire/constants.js";
import { COUNTER_NAMES } from "../../../firmware/wire/counter-names.js";
import * as frameTypes from "../../../firmware/wire/frame-types.js";
import type { UnitCase } from "../../support/unit-case.js";

function valuesOf(prefix: string): number[] {
  return Object.entries(frameTypes)
    .filter(([name]) => name.startsWith(prefix))
    .map(([, value]) => value);
}

export const constantsCases: readonly UnitCase[] = [
  {
    title: "a longest frame fills one COBS block",
    run(t) {
      t.is(constants.MAX_PAYLOAD_BYTES + constants.CHECKSUM_BYTES, 254);
      t.is(constants.MAX_ENCODED_BYTES, 257);
    },
  },
  {
    title: "what every card of a fabric must agree on has not changed",
    run(t) {
      t.is(constants.PROTOCOL_VERSION, 1);
      t.deepEqual([constants.MIN_CARD_ID, constants.MAX_CARD_ID], [1, 254]);
      t.deepEqual([constants.BLANK_CARD_ID, constants.NEIGHBOUR_ID, constants.BLANK_FABRIC_ID], [0, 255, 0]);
      t.deepEqual([constants.MAX_LINKS, constants.MAX_MEMBERS, constants.MAX_VOTES], [8, 10, 15]);
      t.deepEqual([constants.MAX_BLOCKS_IN_FLIGHT, constants.MAX_WAITING_REQUESTS], [8, 20]);
      t.deepEqual([constants.DEFAULT_WINDOW, constants.MAX_BLOCK_COUNT], [65_536, 32_768]);
    },
  },
  {
    title: "a way over the longest chain of silent cables still costs less than no way",
    run(t) {
      const hops = constants.MAX_MEMBERS - 1;
      t.true(hops * constants.STALE_HOP_COST < constants.UNREACHABLE_COST);
      t.true(hops * constants.HOP_COST < constants.TRUNK_HOP_COST, "cables alone cost less than a trunk");
      t.true(
        2 * constants.TRUNK_HOP_COST + (hops - 2) * constants.HOP_COST < constants.STALE_HOP_COST,
        "over two trunks a way round costs less than one silent cable",
      );
    },
  },
  {
    title: "a primary remembers every beacon that can still be acknowledged within its lease",
    run(t) {
      const { leaseUs, beaconUs } = constants.DEFAULT_TIMING;
      t.true(constants.BEACONS_REMEMBERED * beaconUs > leaseUs);
    },
  },
  {
    title: "the lease outlasts several beacons, and its margin two clocks that are each 1 % wrong",
    run(t) {
      const timing = constants.DEFAULT_TIMING;
      t.true(timing.leaseMarginUs >= 0.02 * timing.leaseUs);
      t.true(timing.leaseUs - timing.leaseMarginUs > 3 * timing.beaconUs);
      t.true(timing.linkDeadUs > timing.linkStaleUs && timing.linkStaleUs > timing.helloUs);
    },
  },
  {
    title: "a cut cable is noticed, and a beacon sent another way, before the lease of who is behind it ends",
    run(t) {
      const { beaconUs, leaseMarginUs, leaseUs, linkStaleUs } = constants.DEFAULT_TIMING;
      // A beacon before the cut, silence, and a beacon behind it; of three members half as many, and the next one at once.
      t.true(beaconUs + linkStaleUs + beaconUs < leaseUs - leaseMarginUs);
    },
  },
  {
    title: "frame types and refusals are all different, and types stand on their own side of 0x40",
    run(t) {
      const types = valuesOf("FRAME_");
      t.is(types.length, 46);
      t.is(new Set(types).size, types.length);
      for (const [name, value] of Object.entries(frameTypes)) {
        if (name.startsWith("FRAME_")) t.is(value >= 0x40, name.startsWith("FRAME_HOST_"), name);
      }
      const refusals = valuesOf("REFUSE_");
      t.deepEqual(refusals, [...new Set(refusals)]);
      t.true(refusals.every((code) => code > 0 && code < 256));
    },
  },
  {
    title: "counters fit their frame, and no name stands twice",
    run(t) {
      t.is(new Set(COUNTER_NAMES).size, COUNTER_NAMES.length);
      t.true(6 + 1 + 4 * COUNTER_NAMES.length <= constants.MAX_PAYLOAD_BYTES);
    },
  },
];
