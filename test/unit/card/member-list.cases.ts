import { MemberList, NOT_A_MEMBER } from "../../../firmware/card/member-list.js";
import type { UnitCase } from "../../support/unit-case.js";

function set(list: MemberList, cards: readonly number[], votes: readonly number[]): boolean {
  return list.set(cards.length, Uint8Array.from(cards), Uint8Array.from(votes));
}

export const memberListCases: readonly UnitCase[] = [
  {
    title: "is empty at first: nobody is a member",
    run(t) {
      const list = new MemberList();
      t.is(list.count, 0);
      for (const card of [0, 1, 254, 255]) t.false(list.has(card));
    },
  },
  {
    title: "knows places and votes of its cards, and of no other",
    run(t) {
      const list = new MemberList();
      t.true(set(list, [3, 7, 254], [2, 1, 5]));
      t.is(list.count, 3);
      t.deepEqual([list.cardAt(0), list.cardAt(1), list.cardAt(2)], [3, 7, 254]);
      t.deepEqual([list.votesAt(0), list.votesAt(1), list.votesAt(2)], [2, 1, 5]);
      t.deepEqual([list.indexOf(3), list.indexOf(7), list.indexOf(254)], [0, 1, 2]);
      const members = [];
      for (let card = 0; card < 256; card += 1) if (list.has(card)) members.push(card);
      t.deepEqual(members, [3, 7, 254]);
      t.is(list.indexOf(4), NOT_A_MEMBER);
    },
  },
  {
    title: "a quorum is more than half of all votes",
    run(t) {
      const quorums: readonly (readonly [number[], number])[] = [
        [[1], 1],
        [[1, 1], 2],
        [[2, 1], 2],
        [[1, 1, 1], 2],
        [[2, 1, 1, 1], 3],
        [[1, 1, 1, 1], 3],
        [[1, 1, 1, 1, 1], 3],
        [[255], 128],
        [[254, 1], 128],
      ];
      for (const [votes, quorum] of quorums) {
        const list = new MemberList();
        t.true(
          set(
            list,
            votes.map((_, index) => index + 1),
            votes,
          ),
        );
        t.is(list.quorum, quorum, `votes ${votes}`);
        const total = votes.reduce((sum, vote) => sum + vote, 0);
        t.true(2 * list.quorum > total && 2 * (list.quorum - 1) <= total);
      }
    },
  },
  {
    title: "takes sixteen members and refuses what is no list, which changes nothing",
    run(t) {
      const list = new MemberList();
      const sixteen = Array.from({ length: 16 }, (_, index) => index + 1);
      t.true(set(list, sixteen, new Array(16).fill(1)));
      const { checksum } = list;
      const refused: readonly (readonly [string, number[], number[]])[] = [
        ["empty", [], []],
        ["card 0", [0, 1], [1, 1]],
        ["card 255", [1, 255], [1, 1]],
        ["falling", [2, 1], [1, 1]],
        ["twice", [1, 1], [1, 1]],
        ["no vote", [1, 2], [1, 0]],
        ["256 votes", [1, 2], [255, 1]],
        ["seventeen", [...sixteen, 17], new Array(17).fill(1)],
      ];
      for (const [why, cards, votes] of refused) t.false(set(list, cards, votes), why);
      t.is(list.count, 16);
      t.is(list.checksum, checksum);
      t.is(list.indexOf(16), 15);
    },
  },
  {
    title: "another list takes the place of the one before",
    run(t) {
      const list = new MemberList();
      set(list, [1, 2, 3], [1, 1, 1]);
      const first = list.checksum;
      t.true(set(list, [2, 9], [2, 1]));
      t.false(list.has(1));
      t.false(list.has(3));
      t.is(list.indexOf(9), 1);
      t.false(list.checksum === first);
    },
  },
  {
    title: "the checksum is that of ids and votes, the same in every card, and unsigned",
    run(t) {
      const list = new MemberList();
      set(list, [1, 2, 3], [1, 1, 1]);
      // CRC-32 of 01 01 02 01 03 01, by zlib.
      t.is(list.checksum, 0xb01f_9a5f);
      set(list, [1, 2, 3], [2, 1, 1]);
      t.false(list.checksum === 0xb01f_9a5f);
    },
  },
];
