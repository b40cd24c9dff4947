import { Promises } from "../../../firmware/card/promises.js";
import { choosePrimary, chooseSecondary } from "../../../firmware/card/role-choice.js";
import { PROMISE_FLAG_TAIL, PromiseFields } from "../../../firmware/wire/view-frames.js";
import { filled } from "../../support/layout.js";
import { memberList } from "../../support/member-lists.js";
import type { UnitCase } from "../../support/unit-case.js";

interface Choice {
  /** Cards that promised; a warm one is written as its negative. */
  readonly promised: readonly number[];
  readonly wishes?: readonly [number, number];
  /** What a frame costs to cards 1 to 5. */
  readonly costs?: readonly number[];
  /** Cards without a vote in the next view. */
  readonly voteless?: readonly number[];
}

/** Primary and secondary of the next view of cards 1 to 5, where 4 was primary and 2 was secondary. */
function chosen({ promised, wishes = [0, 0], costs = [1, 1, 1, 1, 1], voteless = [] }: Choice): number[] {
  const members = memberList([1, 2, 3, 4, 5].map((card) => [card, 1] as const));
  const next = memberList([1, 2, 3, 4, 5].map((card) => [card, voteless.includes(card) ? 0 : 1, 1] as const));
  const promises = new Promises();
  for (const card of promised) {
    const flags = card < 0 ? PROMISE_FLAG_TAIL : 0;
    const fields = filled(new PromiseFields(), { accepted: 0x101, primary: 4, secondary: 2, flags });
    promises.add(Math.abs(card) - 1, fields);
  }
  const asked = { primary: wishes[0], secondary: wishes[1] };
  const ways = { costOf: (card: number) => costs[card - 1] as number };
  const primary = choosePrimary(promises, members, next, asked, ways);
  return [primary, chooseSecondary(promises, members, next, asked, ways, primary)];
}

export const roleChoiceCases: readonly UnitCase[] = [
  {
    title: "who held a role and is warm keeps one: the primary its own, the secondary the one that is free",
    run(t) {
      t.deepEqual(chosen({ promised: [1, -2, 3, -4, 5] }), [4, 2]);
      t.deepEqual(chosen({ promised: [1, -2, 3, 5] }), [2, 1]);
      t.deepEqual(chosen({ promised: [1, 3, -4, 5] }), [4, 1]);
      t.deepEqual(chosen({ promised: [1, -2, 4] }), [2, 4], "warm before cold");
      t.deepEqual(chosen({ promised: [1, 2, 4] }), [2, 4], "cold before others");
    },
  },
  {
    title: "among the others the nearest is chosen, at the same distance the lowest id",
    run(t) {
      t.deepEqual(chosen({ promised: [1, 3, 5] }), [1, 3]);
      t.deepEqual(chosen({ promised: [1, 3, 5], costs: [2, 9, 3, 9, 1] }), [5, 1]);
      t.deepEqual(chosen({ promised: [1, 3, -4, 5], costs: [16, 9, 255, 255, 15] }), [4, 5]);
    },
  },
  {
    title: "where trunks join two sides the secondary is rather of the other one, there the nearest",
    run(t) {
      t.deepEqual(chosen({ promised: [1, 3, -4, 5], costs: [1, 255, 10, 1, 11] }), [4, 3]);
      t.deepEqual(
        chosen({ promised: [1, 3, -4, 5], costs: [10, 1, 1, 10, 11] }),
        [4, 3],
        "the primary is over there",
      );
      t.deepEqual(chosen({ promised: [1, -4, 5], costs: [2, 255, 10, 1, 1] }), [4, 5], "nobody there");
      t.deepEqual(
        chosen({ promised: [1, -2, 3, -4], costs: [2, 1, 10, 255, 1] }),
        [4, 2],
        "who is warm stays",
      );
      t.deepEqual(
        chosen({ promised: [1, 3, 5], costs: [12, 9, 3, 9, 10] }),
        [3, 5],
        "the primary is the nearest",
      );
    },
  },
  {
    title: "who did not promise gets no role, not even who is wished for",
    run(t) {
      t.deepEqual(chosen({ promised: [3, 5] }), [3, 5]);
      t.deepEqual(chosen({ promised: [-2, 3, -4], wishes: [5, 1] }), [4, 2]);
    },
  },
  {
    title: "who is wished for gets the role, before who is warm",
    run(t) {
      t.deepEqual(chosen({ promised: [1, -2, 3, -4, 5], wishes: [5, 1] }), [5, 1]);
      t.deepEqual(chosen({ promised: [1, -2, 3, -4, 5], wishes: [2, 0] }), [2, 4]);
      t.deepEqual(chosen({ promised: [1, -2, 3, -4, 5], wishes: [0, 3] }), [4, 3]);
    },
  },
  {
    title: "the primary can be asked to become secondary: somebody else is primary then",
    run(t) {
      t.deepEqual(chosen({ promised: [1, -2, 3, -4, 5], wishes: [0, 4] }), [2, 4]);
    },
  },
  {
    title: "who has no vote in the next view holds no role in it, warm or wished for",
    run(t) {
      t.deepEqual(chosen({ promised: [1, -2, 3, -4, 5], voteless: [4] }), [2, 1]);
      t.deepEqual(chosen({ promised: [1, -2, 3, -4, 5], voteless: [2, 5], wishes: [5, 2] }), [4, 1]);
    },
  },
  {
    title: "one card has both roles only where nobody else promised",
    run(t) {
      t.deepEqual(chosen({ promised: [-4] }), [4, 4]);
      t.deepEqual(chosen({ promised: [3] }), [3, 3]);
      t.deepEqual(chosen({ promised: [3], wishes: [0, 3] }), [3, 3]);
      t.deepEqual(chosen({ promised: [-4, 5] }), [4, 5]);
    },
  },
];
