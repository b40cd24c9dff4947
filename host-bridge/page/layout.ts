import type { FabricCable } from "./snapshot.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Sizes of a drawing, in the units of its view box. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly cardWidth: number;
  readonly cardHeight: number;
  /** Centres of the cards. */
  readonly centres: readonly Point[];
}

const MANY_CARDS = 6;
const GAP = 6;
const HIGHEST = 1_200;

/** Puts cards on a ring, the first at the top, in a drawing that is as high as they need. @param width what there is, in pixels. */
export function layoutOf(cards: number, width: number): Layout {
  const isNarrow = width < 480;
  const isMany = cards > MANY_CARDS;
  const cardWidth = isMany ? (isNarrow ? 76 : 104) : isNarrow ? 108 : 132;
  const cardHeight = isMany ? 56 : 78;
  let height = cards <= 2 ? cardHeight + 60 : isNarrow ? 330 : 350;
  for (;;) {
    const centres = ring(cards, (width - cardWidth) / 2 - 6, (height - cardHeight) / 2 - 6, {
      x: width / 2,
      y: height / 2,
    });
    if (height >= HIGHEST || !overlap(centres, cardWidth + GAP, cardHeight + GAP)) {
      return { width, height, cardWidth, cardHeight, centres };
    }
    height += 10;
  }
}

function ring(cards: number, reachX: number, reachY: number, middle: Point): Point[] {
  if (cards === 1) return [middle];
  if (cards === 2) return [-reachX, reachX].map((x) => ({ x: middle.x + x, y: middle.y }));
  const centres = Array.from({ length: cards }, (_, index) => {
    const angle = (2 * Math.PI * index) / cards - Math.PI / 2;
    return { x: middle.x + reachX * Math.cos(angle), y: middle.y + reachY * Math.sin(angle) };
  });
  return spread(centres, reachY, middle.y);
}

function overlap(centres: readonly Point[], width: number, height: number): boolean {
  return centres.some((one, index) =>
    centres
      .slice(index + 1)
      .some((other) => Math.abs(one.x - other.x) < width && Math.abs(one.y - other.y) < height),
  );
}

/** A ring of three has its lower cards at half the height: the ring is drawn as high as there is room. */
function spread(centres: readonly Point[], reach: number, middle: number): Point[] {
  const ys = centres.map(({ y }) => y);
  const top = Math.min(...ys);
  const bottom = Math.max(...ys);
  if (bottom - top < 1) return [...centres];
  return centres.map(({ x, y }) => ({ x, y: middle - reach + ((y - top) / (bottom - top)) * 2 * reach }));
}

/** A curve between two cards. */
export interface Curve {
  readonly from: Point;
  readonly bend: Point;
  readonly to: Point;
}

/** Straight where it is the only cable of these two cards; else bent aside. @param nth among cables of the same cards. */
export function curveOf(from: Point, to: Point, nth: number, all: number): Curve {
  const across = { x: -(to.y - from.y), y: to.x - from.x };
  const length = Math.hypot(across.x, across.y) || 1;
  const aside = (nth - (all - 1) / 2) * 70;
  return {
    from,
    to,
    bend: {
      x: (from.x + to.x) / 2 + (across.x / length) * aside,
      y: (from.y + to.y) / 2 + (across.y / length) * aside,
    },
  };
}

/** @param at 0 at `from`, 1 at `to`. */
export function pointOn({ from, bend, to }: Curve, at: number): Point {
  const left = 1 - at;
  return {
    x: left * left * from.x + 2 * left * at * bend.x + at * at * to.x,
    y: left * left * from.y + 2 * left * at * bend.y + at * at * to.y,
  };
}

/** For each cable, which it is among those of the same two cards, and of how many. */
export function placesOf(cables: readonly FabricCable[]): { nth: number; all: number }[] {
  const keys = cables.map(({ cards }) => cards.join("-"));
  return keys.map((key, index) => ({
    nth: keys.slice(0, index).filter((other) => other === key).length,
    all: keys.filter((other) => other === key).length,
  }));
}
