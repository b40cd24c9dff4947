import test from "ava";
import { ladderOf } from "../../../host-bridge/page/ladder.js";
import { type Sides, sidesOf } from "../../../host-bridge/page/sides.js";
import type { FabricCable } from "../../../host-bridge/page/snapshot.js";

function link(one: number, other: number, isTrunk = false): FabricCable {
  return {
    cards: [one, other],
    state: "alive",
    isTrunk,
    framesPerSecond: [0, 0],
    badFrames: [0, 0],
  };
}

function ring(...cards: number[]): FabricCable[] {
  return cards.map((card, index) => {
    const next = cards[(index + 1) % cards.length] as number;
    return link(Math.min(card, next), Math.max(card, next));
  });
}

const SIX = [1, 2, 3, 4, 5, 6];
const TWO_RINGS = [...ring(1, 2, 3), ...ring(4, 5, 6)];

test("cards that cables join are a side, and a host's two cards stand in one row", (t) => {
  const trunks = [link(1, 6, true), link(2, 4, true), link(3, 5, true)];
  t.deepEqual(sidesOf(SIX, [...TWO_RINGS, ...trunks]), { left: [1, 2, 3], right: [6, 4, 5] });
});

test("one trunk tells one row; the other cards fill what is left", (t) => {
  t.deepEqual(sidesOf(SIX, [...TWO_RINGS, link(2, 6, true)]), { left: [1, 2, 3], right: [4, 6, 5] });
});

test("sides need not be of one size", (t) => {
  const cables = [...ring(1, 2, 3), link(4, 5), link(3, 5, true)];
  t.deepEqual(sidesOf([1, 2, 3, 4, 5], cables), { left: [1, 2, 3], right: [4, null, 5] });
  const other = [link(1, 2), ...ring(3, 4, 5), link(1, 4, true)];
  t.deepEqual(sidesOf([1, 2, 3, 4, 5], other), { left: [1, 2, null], right: [4, 3, 5] });
});

test("without trunks, with one fabric of cables, or with more than two, there are no sides", (t) => {
  t.is(sidesOf(SIX, TWO_RINGS), null);
  t.is(sidesOf([1, 2, 3], [...ring(1, 2, 3), link(2, 3, true)]), null);
  t.is(sidesOf([...SIX, 7], [...TWO_RINGS, link(1, 4, true)]), null, "a card that stands alone");
  t.is(sidesOf([...SIX, 7], [...TWO_RINGS, link(3, 7), link(4, 7), link(1, 4, true)]), null, "a tie breaker");
});

const FOUR: Sides = { left: [1, 2, 3, 4], right: [5, 6, 7, 8] };
const THREE: Sides = { left: [1, 2, 3], right: [4, 5, 6] };

for (const [width, sides] of [
  [320, THREE],
  [347, THREE],
  [560, THREE],
  [1_000, THREE],
  [347, FOUR],
  [560, FOUR],
] as const) {
  test(`two sides of ${sides.left.length} in ${width} pixels: cards apart, labels on none, cables inside of the drawing`, (t) => {
    const cards = [...sides.left, ...sides.right] as number[];
    const ladder = ladderOf(cards, sides, width);
    const { centres, cardWidth, cardHeight, height } = ladder;
    const isFree = ({ x, y }: { x: number; y: number }, reachX: number, reachY: number): boolean =>
      centres.every(
        (card) =>
          Math.abs(card.x - x) >= cardWidth / 2 + reachX || Math.abs(card.y - y) >= cardHeight / 2 + reachY,
      );
    centres.forEach((one, index) => {
      t.true(one.x - cardWidth / 2 >= 0 && one.x + cardWidth / 2 <= width);
      t.true(one.y - cardHeight / 2 >= 20 && one.y + cardHeight / 2 <= height);
      for (const other of centres.slice(index + 1)) {
        t.true(Math.abs(one.x - other.x) >= cardWidth || Math.abs(one.y - other.y) >= cardHeight);
      }
    });
    const rings = [...ring(...(sides.left as number[])), ...ring(...(sides.right as number[]))];
    const trunks = sides.left.map((card, row) => link(card as number, sides.right[row] as number, true));
    const labels = [...rings, ...trunks].map((each) => {
      const route = ladder.route(each.cards);
      if (route === null) throw new Error("a cable between cards that are drawn has a way");
      const { bend, from, to } = route.curve;
      const furthest = (from.x + to.x) / 4 + bend.x / 2;
      t.true(furthest >= 2 && furthest <= width - 2, `${each.cards}: ${furthest}`);
      // A trunk's label stands above its line, and on a narrow page just between the cards.
      t.true(isFree(route.label, each.isTrunk ? 19 : 0, each.isTrunk ? 0 : 8), `${each.cards}`);
      return route.label;
    });
    labels.forEach((one, index) => {
      for (const other of labels.slice(index + 1)) {
        t.true(Math.abs(one.x - other.x) >= 44 || Math.abs(one.y - other.y) >= 12);
      }
    });
    t.is(ladder.route([1, 99]), null);
  });
}
