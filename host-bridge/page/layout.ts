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
const HEIGHT_A_CARD = 58;
const HIGHEST = 1_200;

/** Puts cards on a ring, the first at the top, in a drawing that is as high as they need. @param width what there is, in pixels. */
export function layoutOf(cards: number, width: number): Layout {
  const isNarrow = width < 480;
  const isMany = cards > MANY_CARDS;
  const cardWidth = isMany ? (isNarrow ? 76 : 104) : isNarrow ? 108 : 132;
  const cardHeight = isMany ? 56 : 78;
  let height =
    cards <= 2 ? cardHeight + 60 : Math.max(isNarrow ? 330 : 350, isMany ? cards * HEIGHT_A_CARD : 0);
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

const LABEL = { width: 46, height: 16, gap: 15 };
/** Where along a cable a label may stand. Two that cross do so in the middle, which is no place for either. */
const LABEL_PLACES = [0.5, 0.4, 0.6, 0.3, 0.7];

/** @returns the middle of a label beside a cable: on its outer side, and on no card, wherever there is such a place. */
export function labelPlace(curve: Curve, layout: Layout): Point {
  const { from, to } = curve;
  const middle = { x: layout.width / 2, y: layout.height / 2 };
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const across = { x: -(to.y - from.y) / length, y: (to.x - from.x) / length };
  // A label is wider than it is high.
  const apart = LABEL.gap + (LABEL.width / 2 - 5) * Math.abs(across.x);
  const on = pointOn(curve, 0.5);
  const toMiddle = Math.hypot(on.x - middle.x, on.y - middle.y);
  const outward = (on.x - middle.x) * across.x + (on.y - middle.y) * across.y < 0 ? -1 : 1;
  const places = LABEL_PLACES.filter(
    (at) => at !== 0.5 || toMiddle > LABEL.width || layout.centres.length <= 3,
  );
  // Between cards that stand close to each other there is room only beyond their edges.
  const sides = [apart, -apart, -apart - layout.cardHeight / 2, apart + layout.cardHeight / 2];
  const candidates = sides.flatMap((aside) =>
    places.map((at) => {
      const { x, y } = pointOn(curve, at);
      return { x: x + across.x * aside * outward, y: y + across.y * aside * outward };
    }),
  );
  const free = candidates.find(
    (place) =>
      Math.abs(place.x - middle.x) + LABEL.width / 2 <= middle.x &&
      Math.abs(place.y - middle.y) + LABEL.height / 2 <= middle.y &&
      !layout.centres.some(
        (card) =>
          Math.abs(card.x - place.x) < (layout.cardWidth + LABEL.width) / 2 &&
          Math.abs(card.y - place.y) < (layout.cardHeight + LABEL.height) / 2,
      ),
  );
  return free ?? (candidates[0] as Point);
}
