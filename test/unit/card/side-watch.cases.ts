import { SIDE_STEADY_US } from "../../../firmware/card/side-watch.js";
import type { UnitCase } from "../../support/unit-case.js";
import { VirtualFabric } from "../../support/virtual-fabric.js";

/** Cards 1 and 2 on one fabric, 3 and 4 on the other, with a host for 1-3 and one for 2-4. Card 1 has two votes. */
function duplicated(): VirtualFabric {
  const fabric = new VirtualFabric({
    cards: 4,
    cables: [
      [0, 1],
      [2, 3],
    ],
  });
  fabric.initialise(undefined, [2, 1, 1, 1]);
  // A fabric is founded by all of its cards; from then on the half that can act alone does.
  fabric.lendTrunk(0, 2);
  fabric.run(200_000);
  fabric.endTrunk(0, 2);
  fabric.run(300_000);
  return fabric;
}

function secondary(fabric: VirtualFabric): number {
  return fabric.status(0).status().secondary;
}

export const sideWatchCases: readonly UnitCase[] = [
  {
    title: "the secondary moves to the other side when that has been there for a while, to the nearest card",
    run(t) {
      const fabric = duplicated();
      t.is(secondary(fabric), 2);
      fabric.lendTrunk(0, 2);
      fabric.run(SIDE_STEADY_US);
      t.is(secondary(fabric), 2, "not at once");
      fabric.run(200_000);
      t.is(secondary(fabric), 3);
      const { view } = fabric.status(0).status();
      fabric.run(1.5 * SIDE_STEADY_US);
      t.is(fabric.status(0).status().view, view, "and stays there");
    },
  },
  {
    title: "a trunk that comes and goes moves nothing",
    run(t) {
      const fabric = duplicated();
      for (let times = 0; times < 3; times += 1) {
        fabric.lendTrunk(0, 2);
        fabric.run(SIDE_STEADY_US * 0.8);
        t.is(secondary(fabric), 2);
        fabric.endTrunk(0, 2);
        fabric.run(300_000);
      }
    },
  },
  {
    title: "silences shorter than a trunk's loss, as on a busy computer, do not begin the wait anew",
    run(t) {
      const fabric = duplicated();
      fabric.lendTrunk(0, 2);
      for (let us = 0; us < SIDE_STEADY_US; us += 250_000) {
        fabric.run(190_000);
        t.is(secondary(fabric), 2, "not at once");
        // The trunk carries nothing for longer than a link may be silent.
        fabric.filter = (from, to) => from < 2 === to < 2;
        fabric.run(50_000);
        fabric.filter = () => true;
        fabric.run(10_000);
      }
      fabric.run(200_000);
      t.is(secondary(fabric), 3);
    },
  },
  {
    title: "a plan that is under way goes first, and the wish waits as long again",
    run(t) {
      const fabric = duplicated();
      fabric.lendTrunk(0, 2);
      fabric.lendTrunk(1, 3);
      fabric.run(SIDE_STEADY_US - 20_000);
      // Nothing the primary promises now is answered: a plan of the host's stays under way until it has failed.
      fabric.filter = (from) => from === 0;
      fabric.plan(0, { kind: 2, primary: 2, secondary: 1 });
      fabric.run(5_000);
      fabric.filter = () => true;
      fabric.run(3 * SIDE_STEADY_US);
      const { primary, secondary: moved } = fabric.status(0).status();
      t.is(Number(primary > 2) + Number(moved > 2), 1, "one role on each side in the end");
    },
  },
  {
    title:
      "also where the primary has no trunk of its own, and only the quiet between says that the wait is over",
    run(t) {
      const fabric = new VirtualFabric({
        cards: 4,
        cables: [
          [0, 1],
          [2, 3],
        ],
      });
      fabric.initialise(undefined, [2, 1, 1, 1]);
      fabric.lendTrunk(1, 3);
      fabric.run(1_000_000);
      t.is(secondary(fabric), 2);
      fabric.run(2 * SIDE_STEADY_US);
      t.is(secondary(fabric), 4, "the nearest of the other side");
      const { view } = fabric.status(0).status();
      fabric.run(1.5 * SIDE_STEADY_US);
      t.is(fabric.status(0).status().view, view, "and stays there");
    },
  },
];
