import {
  CardCondition,
  ROLE_MEMBER,
  ROLE_NONE,
  ROLE_PRIMARY,
  ROLE_SECONDARY,
} from "../../../firmware/card/condition.js";
import { REFUSE_BLANK, REFUSE_NO_VIEW, STATE_READY } from "../../../firmware/wire/frame-types.js";
import { started } from "../../support/started-fabric.js";
import type { UnitCase } from "../../support/unit-case.js";
import { TRIANGLE, VirtualFabric } from "../../support/virtual-fabric.js";

function conditionOf(fabric: VirtualFabric, place: number): CardCondition {
  const condition = new CardCondition();
  fabric.at(place).card?.readCondition(condition, fabric.nowUs);
  return condition;
}

export const conditionCases: readonly UnitCase[] = [
  {
    title: "a blank card has no role and nothing on its cables",
    run(t) {
      const { state, role, silentCables } = conditionOf(
        new VirtualFabric({ cards: 1, cables: [], links: 2 }),
        0,
      );
      t.deepEqual([state, role, silentCables], [REFUSE_BLANK, ROLE_NONE, 0]);
    },
  },
  {
    title: "each card tells the role that its view gives to it",
    run(t) {
      const fabric = started(3, TRIANGLE);
      const conditions = [0, 1, 2].map((place) => conditionOf(fabric, place));
      t.deepEqual(
        conditions.map(({ role }) => role),
        [ROLE_PRIMARY, ROLE_SECONDARY, ROLE_MEMBER],
      );
      t.true(conditions.every(({ state, silentCables }) => state === STATE_READY && silentCables === 0));
    },
  },
  {
    title: "a cable that worked and was cut is silent at both its ends, until it is mended",
    run(t) {
      const fabric = started(3, TRIANGLE);
      const silent = (): number[] => [0, 1, 2].map((place) => conditionOf(fabric, place).silentCables);
      fabric.cut(0);
      fabric.run(300_000);
      t.is(
        silent().reduce((sum, count) => sum + count),
        2,
      );
      t.true([0, 1, 2].every((place) => conditionOf(fabric, place).state === STATE_READY));
      fabric.mend(0);
      fabric.run(100_000);
      t.deepEqual(silent(), [0, 0, 0]);
    },
  },
  {
    title:
      "a member that hears nobody any more keeps its role and has no view, by the time that is asked for",
    run(t) {
      const fabric = started(3, TRIANGLE);
      const condition = new CardCondition();
      fabric.at(2).card?.readCondition(condition, fabric.nowUs + 100_000);
      t.deepEqual([condition.state, condition.role], [REFUSE_NO_VIEW, ROLE_MEMBER]);
    },
  },
];
