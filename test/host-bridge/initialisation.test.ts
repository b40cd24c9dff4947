import test from "ava";
import type { SequenceErrorCode } from "../../host-bridge/errors.js";
import { defaultVotes, type Initialisation, initFields } from "../../host-bridge/initialisation.js";

const GOOD: Initialisation = { fabricId: 1, cardId: 1, first: 1n, members: [1, 2, 3] };

test("one vote each; with an even number the lowest id has two", (t) => {
  t.deepEqual(
    defaultVotes([3, 1, 2]).map(({ votes }) => votes),
    [1, 1, 1],
  );
  t.deepEqual(defaultVotes([7, 2]), [
    { card: 7, votes: 1 },
    { card: 2, votes: 2 },
  ]);
});

test("members go out in rising order, whatever order they are given in", (t) => {
  const fields = initFields({
    ...GOOD,
    cardId: 9,
    first: 2n ** 63n - 1n,
    members: [9, { card: 4, votes: 3 }],
  });
  t.deepEqual([...fields.memberCards.slice(0, fields.memberCount)], [4, 9]);
  t.deepEqual([...fields.memberVotes.slice(0, fields.memberCount)], [3, 1]);
  t.deepEqual([fields.first.high, fields.first.low], [0x7fff_ffff, 0xffff_ffff]);
});

const BAD: readonly [string, Partial<Initialisation>, SequenceErrorCode][] = [
  ["no fabric id", { fabricId: 0 }, "BAD_FABRIC"],
  ["a fabric id of 33 bits", { fabricId: 2 ** 32 }, "BAD_FABRIC"],
  ["a broken fabric id", { fabricId: 1.5 }, "BAD_FABRIC"],
  ["first number 0", { first: 0n }, "BAD_FIRST"],
  ["first number 2^63", { first: 2n ** 63n }, "BAD_FIRST"],
  ["a first number that is a double", { first: 5 as unknown as bigint }, "BAD_FIRST"],
  ["no members", { members: [] }, "BAD_MEMBERS"],
  ["seventeen members", { members: Array.from({ length: 17 }, (_, index) => index + 1) }, "BAD_MEMBERS"],
  ["a member twice", { members: [1, 2, 2] }, "BAD_MEMBERS"],
  ["card id 0", { members: [0, 1] }, "BAD_MEMBERS"],
  ["card id 255", { members: [1, 255] }, "BAD_MEMBERS"],
  ["no votes", { members: [{ card: 1, votes: 0 }] }, "BAD_MEMBERS"],
  [
    "too many votes in all",
    {
      members: [
        { card: 1, votes: 200 },
        { card: 2, votes: 56 },
      ],
    },
    "BAD_MEMBERS",
  ],
  ["the card itself missing", { cardId: 4 }, "BAD_MEMBERS"],
];

for (const [what, change, code] of BAD) {
  test(`${what} is ${code}`, (t) => {
    t.throws(() => initFields({ ...GOOD, ...change }), { code });
  });
}
