import { AssignedBlocks } from "../../../firmware/card/assigned-blocks.js";
import { MAX_MEMBERS } from "../../../firmware/wire/constants.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const NEVER_US = Number.NEGATIVE_INFINITY;

function firstOf(assigned: AssignedBlocks, index: number, requestId: number): bigint {
  const first = new Uint64();
  assigned.repeat(index, requestId, first, 0);
  return toBigInt(first);
}

export const assignedBlocksCases: readonly UnitCase[] = [
  {
    title: "nothing is remembered at first, not even of id zero at time zero",
    run(t) {
      const assigned = new AssignedBlocks();
      for (const id of [0, 1, 7, 0xffff_ffff]) t.is(assigned.sentAtUs(0, id, 0, 0), NEVER_US);
    },
  },
  {
    title: "a request is known by its originator, its id and its count",
    run(t) {
      const assigned = new AssignedBlocks();
      const last = MAX_MEMBERS - 1;
      t.is(assigned.note(last, 0xffff_fff9, 32_768, uint64(2n ** 63n - 40_000n), 5000), 0);
      t.is(assigned.sentAtUs(last, 0xffff_fff9, 32_768, 0), 5000);
      t.is(assigned.sentAtUs(last - 1, 0xffff_fff9, 32_768, 0), NEVER_US);
      t.is(assigned.sentAtUs(last, 0xffff_fff1, 32_768, 0), NEVER_US);
      t.is(assigned.sentAtUs(last, 0xffff_fff9, 32_767, 0), NEVER_US);
      t.is(firstOf(assigned, last, 0xffff_fff9), 2n ** 63n - 40_000n);
    },
  },
  {
    title: "of each member the newest two are remembered, whatever the others ask",
    run(t) {
      const assigned = new AssignedBlocks();
      for (let id = 100; id < 120; id += 1) {
        for (const index of [0, 1]) assigned.note(index, id, 1, uint64(BigInt(1000 * index + id)), id);
      }
      assigned.note(1, 120, 1, uint64(9n), 0);
      for (let id = 118; id < 120; id += 1) {
        t.is(assigned.sentAtUs(0, id, 1, 0), id);
        t.is(firstOf(assigned, 0, id), BigInt(id));
      }
      t.is(assigned.sentAtUs(0, 117, 1, 0), NEVER_US);
      t.is(assigned.sentAtUs(1, 118, 1, 0), NEVER_US);
    },
  },
  {
    title: "a repetition is noted with its time",
    run(t) {
      const assigned = new AssignedBlocks();
      assigned.note(2, 8, 4, uint64(77n), 1000);
      assigned.repeat(2, 8, new Uint64(), 30_000);
      t.is(assigned.sentAtUs(2, 8, 4, 1000), 30_000);
      t.is(assigned.sentAtUs(2, 8, 4, 1001), NEVER_US, "how old it is counts from when it was assigned");
    },
  },
  {
    title: "what a request was given before is told as skipped; so is what it was given in another view",
    run(t) {
      const assigned = new AssignedBlocks();
      t.is(assigned.note(0, 8, 4, uint64(1n), 0), 0);
      t.is(assigned.note(0, 8, 5, uint64(5n), 0), 4);
      t.is(assigned.note(0, 16, 6, uint64(10n), 0), 0, "another request, in the same place");
      assigned.endView();
      t.is(assigned.sentAtUs(0, 16, 6, 0), NEVER_US, "its numbers are not its own any more");
      t.is(assigned.note(0, 16, 6, uint64(3n), 0), 6);
    },
  },
];
