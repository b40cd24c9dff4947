import { AssignedBlocks } from "../../../firmware/card/assigned-blocks.js";
import { MAX_MEMBERS } from "../../../firmware/wire/constants.js";
import type { UnitCase } from "../../support/unit-case.js";

export const assignedBlocksCases: readonly UnitCase[] = [
  {
    title: "nothing is remembered at first, not even of id zero at time zero",
    run(t) {
      const assigned = new AssignedBlocks();
      for (const id of [0, 1, 7, -1]) {
        const { count, assignedUs } = assigned.blockOf(0, id);
        t.deepEqual([count, assignedUs], [0, Number.NEGATIVE_INFINITY]);
      }
    },
  },
  {
    title: "of each member the newest two have a place, whatever the others ask",
    run(t) {
      const assigned = new AssignedBlocks();
      const indexes = [0, 1, MAX_MEMBERS - 1];
      for (const id of [-4, -3, -2, -1, 0, 1]) {
        for (const index of indexes) {
          const block = assigned.blockOf(index, id);
          block.requestId = id;
          block.count = index + 1;
        }
      }
      for (const index of indexes) {
        for (const id of [0, 1]) {
          const block = assigned.blockOf(index, id);
          t.deepEqual([block.requestId, block.count], [id, index + 1]);
        }
        t.is(assigned.blockOf(index, -1).requestId, 1, "what comes in the place of another finds that one");
      }
    },
  },
  {
    title: "the end of a view makes numbers nobody's, and does not forget that there were some",
    run(t) {
      const assigned = new AssignedBlocks();
      const block = assigned.blockOf(2, 8);
      block.requestId = 8;
      block.count = 5;
      block.assignedUs = 1000;
      assigned.endView();
      t.deepEqual([block.requestId, block.count], [8, 5]);
      t.is(block.assignedUs, Number.NEGATIVE_INFINITY);
    },
  },
];
