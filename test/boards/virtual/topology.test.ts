import test from "ava";
import { RigError } from "../../../boards/virtual/rig-error.js";
import { checkOptions } from "../../../boards/virtual/rig-options.js";
import { cablesOf, linksOf, MAX_CARDS, MIN_CARDS, type Topology } from "../../../boards/virtual/topology.js";
import { MAX_LINKS } from "../../../firmware/wire/constants.js";

test("cables of each topology", (t) => {
  t.deepEqual(cablesOf("triangle", 3), [
    [1, 2],
    [1, 3],
    [2, 3],
  ]);
  t.deepEqual(cablesOf("line", 4), [
    [1, 2],
    [2, 3],
    [3, 4],
  ]);
  t.deepEqual(cablesOf("ring", 4), [
    [1, 2],
    [2, 3],
    [3, 4],
    [1, 4],
  ]);
  t.deepEqual(cablesOf("star", 4), [
    [1, 2],
    [1, 3],
    [1, 4],
  ]);
  t.is(cablesOf("mesh", 8).length, 28);
});

test("every topology of every size joins all cards, with no cable twice and no card over its links", (t) => {
  for (const topology of ["ring", "line", "star", "mesh"] as const) {
    for (let cards = MIN_CARDS; cards <= MAX_CARDS; cards += 1) {
      const cables = cablesOf(topology, cards);
      t.is(new Set(cables.map(String)).size, cables.length);
      const reached = new Set([1]);
      for (let round = 0; round < cards; round += 1) {
        for (const [a, b] of cables) {
          if (reached.has(a)) reached.add(b);
          if (reached.has(b)) reached.add(a);
        }
      }
      t.is(reached.size, cards, `${topology} of ${cards}`);
      for (let card = 1; card <= cards; card += 1) t.true(linksOf(card, cables).length <= MAX_LINKS);
    }
  }
});

test("two fabrics are the same twice, and no cable joins them", (t) => {
  const { cards, fabrics, pairs } = checkOptions({ cards: 4, fabrics: 2, topology: "line" });
  t.deepEqual([cards, fabrics], [8, 2]);
  t.deepEqual(pairs, [
    [1, 2],
    [2, 3],
    [3, 4],
    [5, 6],
    [6, 7],
    [7, 8],
  ]);
  t.deepEqual([checkOptions({ fabrics: 2 }).topology, checkOptions({ fabrics: 2 }).cards], ["triangle", 6]);
});

for (const [name, action, code] of [
  ["three fabrics", () => checkOptions({ fabrics: 3 }), "BAD_OPTION"],
  ["two fabrics of five cards", () => checkOptions({ fabrics: 2, cards: 5 }), "BAD_OPTION"],
  ["two cards", () => cablesOf("line", 2), "BAD_OPTION"],
  ["nine cards", () => cablesOf("line", 9), "BAD_OPTION"],
  ["a triangle of four", () => cablesOf("triangle", 4), "BAD_TOPOLOGY"],
  ["an unknown topology", () => cablesOf("knot" as Topology, 4), "BAD_TOPOLOGY"],
  ["nine cables on a card", () => linksOf(1, cablesOf9()), "BAD_TOPOLOGY"],
  ["first number 0", () => checkOptions({ first: 0n }), "BAD_OPTION"],
  ["first number 2^63", () => checkOptions({ first: 1n << 63n }), "BAD_OPTION"],
  ["fabric id 0", () => checkOptions({ fabricId: 0 }), "BAD_OPTION"],
  ["a seed with a fraction", () => checkOptions({ seed: 1.5 }), "BAD_OPTION"],
  ["a loss above one", () => checkOptions({ cable: { loss: 1.1 } }), "BAD_OPTION"],
  ["a garble that is no number", () => checkOptions({ cable: { garble: Number.NaN } }), "BAD_OPTION"],
  ["a bit rate of nothing", () => checkOptions({ cable: { bitRate: 0 } }), "BAD_OPTION"],
  ["a send buffer below one frame", () => checkOptions({ cable: { sendBufferBytes: 100 } }), "BAD_OPTION"],
  ["a lease below two beacons", () => checkOptions({ timing: { leaseUs: 15_000 } }), "BAD_OPTION"],
  ["an unknown engine", () => checkOptions({ engine: "v8" as "node" }), "BAD_OPTION"],
] as const) {
  test(`refused with a code: ${name}`, (t) => {
    t.is(t.throws<RigError>(action, { instanceOf: RigError })?.code, code);
  });
}

function cablesOf9(): [number, number][] {
  return Array.from({ length: 9 }, (_, index) => [1, index + 2]);
}
