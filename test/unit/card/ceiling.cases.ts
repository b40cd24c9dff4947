import { Ceiling, isCeiling } from "../../../firmware/card/ceiling.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

export const ceilingCases: readonly UnitCase[] = [
  {
    title: "raise takes over the higher one with its window, and of two equal ones the larger window",
    run(t) {
      const ceiling = new Ceiling();
      const raised = (end: bigint, windowLog2: number): unknown[] => {
        ceiling.raise(uint64(end), windowLog2);
        return [toBigInt(ceiling), ceiling.windowLog2];
      };
      t.is(ceiling.windowLog2, 16);
      t.deepEqual(raised(100n, 20), [100n, 20]);
      t.deepEqual(raised(99n, 30), [100n, 20]);
      t.deepEqual(raised(100n, 18), [100n, 20]);
      t.deepEqual(raised(100n, 21), [100n, 21]);
      t.deepEqual(raised(101n, 17), [101n, 17]);
      ceiling.moveTo(uint64(5n), 19);
      t.deepEqual([toBigInt(ceiling), ceiling.windowLog2], [5n, 19], "moveTo goes down as well");
    },
  },
  {
    title: "a ceiling lies within the numbers, and its window is one that a primary uses",
    run(t) {
      const end = 2n ** 63n;
      for (let windowLog2 = 0; windowLog2 <= 255; windowLog2 += 1) {
        t.is(isCeiling(uint64(end), windowLog2), windowLog2 >= 16 && windowLog2 <= 30, `${windowLog2}`);
      }
      t.false(isCeiling(uint64(end + 1n), 16));
    },
  },
];
