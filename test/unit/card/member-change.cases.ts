import { MemberChange, type Step, settle } from "../../../firmware/card/member-change.js";
import { MemberList } from "../../../firmware/card/member-list.js";
import {
  PLAN_ADD,
  PLAN_BUSY,
  PLAN_DONE,
  PLAN_HANDOVER,
  PLAN_ID_USED,
  PLAN_IS_PRIMARY,
  PLAN_LAST_CARD,
  PLAN_LIST_FULL,
  PLAN_NO_QUORUM,
  PLAN_NO_SUCH_CARD,
  PLAN_REMOVE,
  PLAN_REPLACE,
} from "../../../firmware/wire/plan-frames.js";
import { type PlanOptions, planFields } from "../../support/host-frames.js";
import { type Entry, memberList } from "../../support/member-lists.js";
import type { UnitCase } from "../../support/unit-case.js";

function change(options: PlanOptions): MemberChange {
  const made = new MemberChange();
  if (!made.set(planFields(options))) throw new RangeError("no change");
  return made;
}

function adding(card: number, incarnation = 77): MemberChange {
  return change({ kind: PLAN_ADD, card, incarnation });
}

function removing(card: number): MemberChange {
  return change({ kind: PLAN_REMOVE, card });
}

function replacing(card: number, otherCard: number): MemberChange {
  return change({ kind: PLAN_REPLACE, card, otherCard, incarnation: 77 });
}

/** Ids, votes now and votes before. */
function written(list: MemberList): number[][] {
  return Array.from({ length: list.count }, (_, index) => [
    list.cardAt(index),
    list.votesAt(index),
    list.votesBeforeAt(index),
  ]);
}

const THREE: readonly Entry[] = [
  [1, 1],
  [2, 1],
  [3, 1],
];

/** Every step from `entries` on, with the list that each leads to, where every list is settled at once. */
function steps(made: MemberChange, entries: readonly Entry[], lastCardId?: number): [Step, number[][]][] {
  const taken: [Step, number[][]][] = [];
  const list = memberList(entries, lastCardId);
  for (;;) {
    const next = new MemberList();
    const step = made.nextStep(list, next);
    if (step === "done") return taken;
    if (step === "settle") settle(list, next);
    taken.push([step, written(next)]);
    list.copy(next);
    if (taken.length > 5) throw new RangeError("no end");
  }
}

const everybody = (): boolean => true;

export const memberChangeCases: readonly UnitCase[] = [
  {
    title: "adding: an observer first, then a joint list, then the votes of now alone",
    run(t) {
      t.deepEqual(steps(adding(4), THREE), [
        [
          "observe",
          [
            [1, 1, 1],
            [2, 1, 1],
            [3, 1, 1],
            [4, 0, 0],
          ],
        ],
        [
          "join",
          [
            [1, 2, 1],
            [2, 1, 1],
            [3, 1, 1],
            [4, 1, 0],
          ],
        ],
        [
          "settle",
          [
            [1, 2, 2],
            [2, 1, 1],
            [3, 1, 1],
            [4, 1, 1],
          ],
        ],
      ]);
      const list = new MemberList();
      adding(9, 0xffff_ffff).nextStep(memberList(THREE), list);
      t.deepEqual([list.lastCardId, list.hasAs(9, 0xffff_ffff), list.hasAs(3, 1003)], [9, true, true]);
    },
  },
  {
    title: "removing: a joint list in which the card has no vote, then a list without it",
    run(t) {
      t.deepEqual(steps(removing(2), THREE), [
        [
          "join",
          [
            [1, 2, 1],
            [2, 0, 1],
            [3, 1, 1],
          ],
        ],
        [
          "settle",
          [
            [1, 2, 2],
            [3, 1, 1],
          ],
        ],
      ]);
      t.deepEqual(
        steps(removing(1), [
          [1, 2],
          [2, 1],
        ]),
        [
          [
            "join",
            [
              [1, 0, 2],
              [2, 1, 1],
            ],
          ],
          ["settle", [[2, 1, 1]]],
        ],
      );
    },
  },
  {
    title: "replacing: both at once, so that the number of votes stays",
    run(t) {
      t.deepEqual(steps(replacing(2, 4), THREE), [
        [
          "observe",
          [
            [1, 1, 1],
            [2, 1, 1],
            [3, 1, 1],
            [4, 0, 0],
          ],
        ],
        [
          "join",
          [
            [1, 1, 1],
            [2, 0, 1],
            [3, 1, 1],
            [4, 1, 0],
          ],
        ],
        [
          "settle",
          [
            [1, 1, 1],
            [3, 1, 1],
            [4, 1, 1],
          ],
        ],
      ]);
    },
  },
  {
    title: "goes on where it was broken off, and has nothing to do where it is through",
    run(t) {
      t.deepEqual(steps(adding(4), [...THREE, [4, 0, 0, 77]])[0]?.[0], "join");
      t.deepEqual(steps(adding(4), [...THREE, [4, 1, 1, 77]]), []);
      t.deepEqual(
        steps(replacing(2, 4), [
          [1, 1],
          [3, 1],
          [4, 1, 1, 77],
        ]),
        [],
      );
      t.deepEqual(steps(replacing(2, 4), [...THREE, [4, 1, 1, 77]]).length, 2, "still to go");
      t.deepEqual(
        steps(removing(2), [
          [1, 1],
          [3, 1],
        ]),
        [],
      );
    },
  },
  {
    title: "an observer goes without a joint list, as no vote changes",
    run(t) {
      t.deepEqual(steps(removing(4), [...THREE, [4, 0]]), [
        [
          "observe",
          [
            [1, 1, 1],
            [2, 1, 1],
            [3, 1, 1],
          ],
        ],
      ]);
      const back = adding(4);
      back.turnBack();
      t.deepEqual([back.newcomer, back.leaver], [0, 4]);
      const copy = new MemberChange();
      copy.copy(back);
      t.deepEqual([copy.newcomer, copy.leaver], [0, 4]);
      const next = new MemberList();
      copy.nextStep(memberList([...THREE, [4, 0]]), next);
      t.is(next.lastCardId, 4, "its id is used all the same");
    },
  },
  {
    title: "other observers stay what they are",
    run(t) {
      t.deepEqual(steps(removing(2), [...THREE, [5, 0]]), [
        [
          "join",
          [
            [1, 2, 1],
            [2, 0, 1],
            [3, 1, 1],
            [5, 0, 0],
          ],
        ],
        [
          "settle",
          [
            [1, 2, 2],
            [3, 1, 1],
            [5, 0, 0],
          ],
        ],
      ]);
    },
  },
  {
    title: "a plan that makes no sense is none",
    run(t) {
      const bad: readonly PlanOptions[] = [
        { kind: PLAN_ADD, card: 0, incarnation: 5 },
        { kind: PLAN_ADD, card: 4, incarnation: 0 },
        { kind: PLAN_REMOVE, card: 0 },
        { kind: PLAN_REPLACE, card: 0, otherCard: 4, incarnation: 5 },
        { kind: PLAN_REPLACE, card: 2, otherCard: 0, incarnation: 5 },
        { kind: PLAN_REPLACE, card: 2, otherCard: 2, incarnation: 5 },
        { kind: PLAN_HANDOVER, card: 2 },
        { kind: 6, card: 2, incarnation: 5 },
      ];
      for (const options of bad)
        t.false(new MemberChange().set(planFields(options)), JSON.stringify(options));
    },
  },
  {
    title: "every reason to refuse has its code",
    run(t) {
      const three = memberList(THREE, 6);
      const refusals: readonly (readonly [number, MemberChange, MemberList, string])[] = [
        [PLAN_DONE, adding(7), three, "an id above all that were used"],
        [PLAN_ID_USED, adding(6), three, "an id of a card that is gone"],
        [PLAN_ID_USED, adding(3), three, "an id of a member"],
        [PLAN_ID_USED, adding(255), three, "an id above all"],
        [PLAN_DONE, adding(4), memberList([...THREE, [4, 0, 0, 77]]), "an observer, again"],
        [PLAN_ID_USED, adding(4), memberList([...THREE, [4, 0, 0, 78]]), "another incarnation"],
        [PLAN_DONE, adding(4), memberList([...THREE, [4, 1, 1, 77]]), "done before"],
        [
          PLAN_LIST_FULL,
          adding(99),
          memberList(Array.from({ length: 10 }, (_, i) => [i + 1, 1] as const)),
          "full",
        ],
        [PLAN_BUSY, adding(9), memberList([...THREE, [4, 1, 0]]), "a joint list"],
        [PLAN_NO_SUCH_CARD, removing(4), three, "no member"],
        [PLAN_IS_PRIMARY, removing(1), three, "the primary"],
        [PLAN_IS_PRIMARY, replacing(1, 7), three, "the primary"],
        [PLAN_LAST_CARD, removing(1), memberList([[1, 1]]), "the only one"],
        [
          PLAN_LAST_CARD,
          removing(1),
          memberList([
            [1, 1],
            [2, 0],
          ]),
          "the only one with a vote",
        ],
        [
          PLAN_DONE,
          removing(2),
          memberList([
            [1, 1],
            [2, 0],
          ]),
          "an observer",
        ],
        [
          PLAN_DONE,
          replacing(2, 4),
          memberList([
            [1, 1],
            [3, 1],
            [4, 1, 1, 77],
          ]),
          "replaced before",
        ],
      ];
      for (const [code, made, list, why] of refusals) t.is(made.refusal(list, 1, everybody), code, why);
    },
  },
  {
    title: "a quorum of the votes now and of those before must be there up front, the new card counted in",
    run(t) {
      const hears =
        (...cards: number[]) =>
        (card: number): boolean =>
          cards.includes(card);
      const three = memberList(THREE);
      t.is(adding(4).refusal(three, 1, hears(1, 2)), PLAN_DONE);
      t.is(replacing(3, 4).refusal(three, 1, hears(1, 2)), PLAN_DONE, "the dead card is the one to go");
      t.is(removing(3).refusal(three, 1, hears(1, 2)), PLAN_DONE);
      t.is(adding(4).refusal(three, 1, hears(1)), PLAN_NO_QUORUM);
      t.is(removing(2).refusal(three, 1, hears(1)), PLAN_NO_QUORUM, "no quorum of those before");
      const five = memberList([1, 2, 3, 4, 5].map((card) => [card, 1] as const));
      t.is(removing(2).refusal(five, 3, hears(2, 3, 4)), PLAN_NO_QUORUM, "no quorum of those then");
      t.is(removing(2).refusal(five, 3, hears(1, 3, 4)), PLAN_DONE);
    },
  },
];
