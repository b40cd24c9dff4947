import { coordinatorOf, firstViewNumber, nextViewNumber, View } from "../../../firmware/card/view.js";
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
    title: "each view has one maker, in its lowest byte, and the next of any maker lies above it",
    run(t) {
      t.deepEqual([coordinatorOf(0x203), coordinatorOf(2 ** 40 - 1)], [3, 255]);
      t.is(nextViewNumber(0, 1), 0x101);
      t.is(nextViewNumber(0x203, 1), 0x301, "above, though the maker's id is lower");
      t.is(nextViewNumber(0x203, 254), 0x3fe);
      t.is(nextViewNumber(0xffff_fffe * 256 + 9, 4), 0xffff_ffff * 256 + 4);
      t.is(nextViewNumber(0xffff_ffff * 256 + 4, 5), 0, "no round is left");
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
