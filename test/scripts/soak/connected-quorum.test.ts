import test from "ava";
import { connectedQuorum, type Fabric } from "../../../scripts/soak/connected-quorum.js";
import type { Fault } from "../../../scripts/soak/fault.js";

const TRIANGLE: Fabric = {
  cards: [1, 2, 3],
  cables: [
    [1, 2],
    [2, 3],
    [3, 1],
  ],
};
const RING: Fabric = {
  cards: [1, 2, 3, 4],
  cables: [
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 1],
  ],
};

const out = (card: number, kind: "kill" | "stop" = "kill"): Fault => ({ kind, card, lastsMs: 1 });
const cut = (from: number, to: number, oneWay = false): Fault => ({
  kind: "cut",
  from,
  to,
  oneWay,
  lastsMs: 1,
});
const sorted = (cards: readonly number[]): number[] => [...cards].sort();

test("a whole fabric is its own quorum", (t) => {
  t.deepEqual(sorted(connectedQuorum(TRIANGLE, [])), [1, 2, 3]);
});

test("two of three are a quorum while they reach one another", (t) => {
  t.deepEqual(sorted(connectedQuorum(TRIANGLE, [out(1)])), [2, 3]);
  t.deepEqual(connectedQuorum(TRIANGLE, [out(1), out(2, "stop")]), []);
  t.deepEqual(connectedQuorum(TRIANGLE, [out(1), cut(3, 2, true)]), []);
});

test("a cut cable is routed around, and two of them isolate a card", (t) => {
  t.deepEqual(sorted(connectedQuorum(TRIANGLE, [cut(2, 1)])), [1, 2, 3]);
  t.deepEqual(sorted(connectedQuorum(TRIANGLE, [cut(1, 2), cut(1, 3)])), [2, 3]);
});

test("two fabrics are one by their trunks: whole ones may be cut, and one of them lost", (t) => {
  const trunks = [
    [1, 4],
    [2, 5],
    [3, 6],
  ] as const;
  const duplicated: Fabric = {
    cards: [1, 2, 3, 4, 5, 6],
    cables: [...TRIANGLE.cables, [4, 5], [5, 6], [6, 4]],
    trunks,
  };
  const cutAll = (fabric: number, cards: readonly number[]): Fault => ({
    kind: "fabric",
    fabric,
    cards,
    lastsMs: 1,
  });
  t.deepEqual(sorted(connectedQuorum(duplicated, [])), [1, 2, 3, 4, 5, 6]);
  t.deepEqual(sorted(connectedQuorum(duplicated, [cutAll(1, [1, 2, 3])])), [1, 2, 3, 4, 5, 6]);
  t.deepEqual(sorted(connectedQuorum({ ...duplicated, trunks: [] }, [])), [1, 2, 3], "card 1 has two votes");
  t.deepEqual(sorted(connectedQuorum(duplicated, [cutAll(1, [1, 2, 3]), cutAll(2, [4, 5, 6])])), []);
  t.deepEqual(sorted(connectedQuorum(duplicated, [out(4), out(5), out(6)])), [1, 2, 3]);
  t.deepEqual(connectedQuorum(duplicated, [out(1), out(2), out(3)]), []);
});

test("of two halves the one with the lowest id has the quorum", (t) => {
  t.deepEqual(sorted(connectedQuorum(RING, [cut(1, 4), cut(2, 3)])), [1, 2]);
  t.deepEqual(sorted(connectedQuorum(RING, [out(2), out(4)])), []);
});

test("without power there is none; a handover takes nothing away", (t) => {
  t.deepEqual(connectedQuorum(TRIANGLE, [{ kind: "power", lastsMs: 1 }]), []);
  t.is(connectedQuorum(TRIANGLE, [{ kind: "handover", card: 2, lastsMs: 0 }]).length, 3);
});
