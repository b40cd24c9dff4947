import { MemberList, NOT_A_MEMBER } from "../../../firmware/card/member-list.js";
import { MemberFields, packVotes } from "../../../firmware/wire/member-entries.js";
import { type Entry, memberFields, memberList } from "../../support/member-lists.js";
import type { UnitCase } from "../../support/unit-case.js";

function listOf(votes: readonly number[], before = votes): MemberList {
  return memberList(votes.map((now, index) => [index + 1, now, before[index]] as const));
}

export const memberListCases: readonly UnitCase[] = [
  {
    title: "is empty at first: nobody is a member",
    run(t) {
      const list = new MemberList();
      t.is(list.count, 0);
      for (const card of [0, 1, 254, 255]) t.false(list.has(card));
      t.false(list.isQuorum(0xffff));
    },
  },
  {
    title: "knows places, votes and incarnations of its cards, and of no other",
    run(t) {
      const list = memberList([
        [3, 2, 0, 77],
        [7, 0, 1],
        [254, 15],
      ]);
      t.is(list.count, 3);
      t.deepEqual([list.cardAt(0), list.cardAt(1), list.cardAt(2)], [3, 7, 254]);
      t.deepEqual([list.votesAt(0), list.votesAt(1), list.votesAt(2)], [2, 0, 15]);
      t.deepEqual([list.votesBeforeAt(0), list.votesBeforeAt(1), list.votesBeforeAt(2)], [0, 1, 15]);
      t.deepEqual([list.indexOf(3), list.indexOf(7), list.indexOf(254)], [0, 1, 2]);
      const members = [];
      for (let card = 0; card < 256; card += 1) if (list.has(card)) members.push(card);
      t.deepEqual(members, [3, 7, 254]);
      t.is(list.indexOf(4), NOT_A_MEMBER);
      t.true(list.hasAs(3, 77));
      t.false(list.hasAs(3, 78));
      t.false(list.hasAs(4, 1004));
      t.deepEqual([list.isVoter(3), list.isVoter(7), list.isVoter(4)], [true, false, false]);
      t.is(list.lastCardId, 254);
    },
  },
  {
    title: "a quorum is more than half of the votes, whatever cards hold them",
    run(t) {
      const quorums: readonly (readonly [number[], number, boolean])[] = [
        [[1], 0b1, true],
        [[1, 1], 0b01, false],
        [[1, 1], 0b11, true],
        [[2, 1], 0b01, true],
        [[2, 1], 0b10, false],
        [[1, 1, 1], 0b011, true],
        [[1, 1, 1], 0b100, false],
        [[2, 1, 1, 1], 0b1110, true],
        [[2, 1, 1, 1], 0b1100, false],
        [[2, 1, 1, 1], 0b0011, true],
        [[1, 1, 1, 1], 0b0011, false],
        [[1, 1, 1, 1, 1], 0b10110, true],
        [[1, 1, 1, 1, 1], 0b00110, false],
        [[15, 15], 0b01, false],
        [[1, 1, 1], 0b11111000, false],
        [[1, 0, 1, 1], 0b0011, false],
      ];
      for (const [votes, mask, isQuorum] of quorums) {
        t.is(listOf(votes).isQuorum(mask), isQuorum, `${votes}: ${mask.toString(2)}`);
      }
    },
  },
  {
    title: "a joint list needs a quorum of the votes now and one of those before",
    run(t) {
      const list = listOf([1, 1, 0, 1], [1, 1, 1, 0]);
      t.true(list.isJoint);
      t.true(list.isQuorum(0b0011));
      t.true(list.isQuorum(0b1101));
      t.false(list.isQuorum(0b0101), "one of three now");
      t.false(list.isQuorum(0b1001), "one of three before");
      t.false(listOf([1, 1, 0]).isJoint);
    },
  },
  {
    title: "no two quorums of lists that follow on each other are disjoint",
    run(t) {
      const stable = listOf([1, 1, 1, 0]);
      const joint = listOf([2, 1, 1, 1], [1, 1, 1, 0]);
      const settled = listOf([2, 1, 1, 1]);
      let checked = 0;
      for (let one = 0; one < 16; one += 1) {
        for (let other = 0; other < 16; other += 1) {
          if ((one & other) !== 0 || !joint.isQuorum(other)) continue;
          checked += 1;
          t.false(stable.isQuorum(one) || joint.isQuorum(one) || settled.isQuorum(one), `${one} ${other}`);
        }
      }
      t.true(checked > 10);
    },
  },
  {
    title: "takes no list that is not one, and stays what it was",
    run(t) {
      const list = memberList([[5, 3]]);
      const { checksum } = list;
      const eleven = Array.from({ length: 10 }, (_, index) => [index + 1, 1] as const);
      const bad: readonly (readonly [string, readonly Entry[], number?])[] = [
        ["empty", []],
        [
          "falling",
          [
            [2, 1],
            [1, 1],
          ],
          2,
        ],
        [
          "twice",
          [
            [1, 1],
            [1, 1],
          ],
        ],
        ["card 0", [[0, 1]]],
        ["card 255", [[255, 1]]],
        ["no vote now", [[1, 0, 1]]],
        ["no vote before", [[1, 1, 0]]],
        [
          "a last id below a member's",
          [
            [1, 1],
            [4, 1],
          ],
          3,
        ],
        ["a last id above all ids", [[1, 1]], 255],
      ];
      for (const [why, entries, lastCardId] of bad) {
        t.false(list.set(memberFields(entries, lastCardId)), why);
      }
      const many = memberFields(eleven);
      t.true(new MemberList().set(many));
      many.memberCount = 11;
      t.false(list.set(many), "eleven");
      t.deepEqual([list.count, list.cardAt(0), list.votesAt(0), list.checksum], [1, 5, 3, checksum]);
      t.true(list.has(5));
    },
  },
  {
    title: "the checksum is of the ids in their order, and of nothing else",
    run(t) {
      const sums = [[1, 2, 3], [1, 2], [1, 2, 4], [1]].map((cards) => {
        return memberList(cards.map((card) => [card, 1] as const)).checksum;
      });
      t.is(new Set(sums).size, 4);
      const list = memberList([
        [1, 2, 1, 5],
        [2, 1, 1, 6],
        [3, 1, 0, 7],
      ]);
      t.is(list.checksum, sums[0]);
      t.true(list.checksum >= 0);
    },
  },
  {
    title: "tells itself, knows itself again, and copies whole",
    run(t) {
      const list = memberList(
        [
          [1, 2, 1],
          [4, 0, 1],
          [9, 1, 0],
        ],
        11,
      );
      const told = new MemberFields();
      list.tell(told);
      t.deepEqual([told.memberCount, told.lastCardId], [3, 11]);
      t.true(list.isTold(told));
      const copy = new MemberList();
      copy.copy(list);
      t.true(copy.isTold(told));
      t.deepEqual([copy.checksum, copy.isJoint, copy.indexOf(9)], [list.checksum, true, 2]);
      t.deepEqual([copy.isQuorum(0b101), copy.isQuorum(0b111)], [false, true]);
      const changes: readonly ((fields: MemberFields) => void)[] = [
        (fields) => {
          fields.memberCount = 2;
        },
        (fields) => {
          fields.lastCardId = 12;
        },
        (fields) => fields.memberCards.fill(5, 1, 2),
        (fields) => fields.memberVotes.fill(1, 1, 2),
        (fields) => fields.memberIncarnations.fill(1, 1, 2),
      ];
      for (const change of changes) {
        list.tell(told);
        change(told);
        t.false(list.isTold(told));
      }
    },
  },
  {
    title: "counts its changes: the same list again is none, and any other is one",
    run(t) {
      const list = new MemberList();
      const told = new MemberFields();
      t.false(list.set(told), "an empty list is none, also where there is none yet");
      t.is(list.changes, 0);
      told.lastCardId = 9;
      told.addMember(4, packVotes(1, 1), 77);
      t.true(list.set(told));
      t.true(list.set(told));
      t.is(list.changes, 1);
      told.memberIncarnations[0] = 78;
      t.true(list.set(told));
      t.is(list.changes, 2);
      t.true(list.hasAs(4, 78));
      list.copy(memberList([[4, 1]]));
      t.is(list.changes, 3);
    },
  },
  {
    title: "knows whether an incarnation lacks",
    run(t) {
      t.true(listOf([1, 1]).knowsAll());
      t.false(
        memberList([
          [1, 1],
          [2, 1, 1, 0],
        ]).knowsAll(),
      );
    },
  },
  {
    title: "what was answered about a set of cards is forgotten with the list",
    run(t) {
      const list = listOf([1, 1, 1]);
      t.false(list.isQuorum(0b001));
      t.false(list.isQuorum(0b001));
      list.copy(listOf([3, 1, 1]));
      t.true(list.isQuorum(0b001));
      const told = new MemberFields();
      listOf([1, 1, 1]).tell(told);
      t.true(list.set(told));
      t.false(list.isQuorum(0b001));
    },
  },
];
