import { firstViewNumber, View } from "../../../firmware/card/view.js";
import { uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

export const viewCases: readonly UnitCase[] = [
  {
    title: "stands for no view at first",
    run(t) {
      const view = new View();
      t.deepEqual([view.number, view.primary, view.secondary, view.base.isZero()], [0, 0, 0, true]);
    },
  },
  {
    title: "keeps its own copy of the base",
    run(t) {
      const view = new View();
      const base = uint64(2n ** 62n);
      view.set(2 ** 40 - 1, 4, 5, base);
      base.add(1);
      t.deepEqual([view.number, view.primary, view.secondary], [2 ** 40 - 1, 4, 5]);
      t.is(view.base.compare(uint64(2n ** 62n)), 0);
    },
  },
  {
    title: "the first view is of round 1, made by the lowest card",
    run(t) {
      t.is(firstViewNumber(1), 0x101);
      t.is(firstViewNumber(254), 0x1fe);
    },
  },
];
