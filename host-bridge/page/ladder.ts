import type { Curve, Layout, Point } from "./layout.js";
import type { Sides } from "./sides.js";

const HEAD_HEIGHT = 24;
/** Between two cards of a side: room for two labels beside each other. */
const ROW_GAP = 48;
/** Outside of each side: room for cables that pass a card by. */
const MARGIN = { narrow: 24, wide: 60 };
const CARD = { narrow: { width: 106, height: 74 }, wide: { width: 132, height: 78 } };
/** How far outside of a card's edge a cable passes it, and how much further one that passes another card. */
const PASS = 12;
const PASS_MORE = 8;

/** A drawing of two sides: a column each, the cards of a host in one row, trunks between the columns. */
export interface Ladder extends Layout {
  readonly titles: readonly { readonly at: Point; readonly text: string }[];
  /** @returns how a cable or trunk runs, and where its label stands. */
  route(cards: readonly [number, number]): { curve: Curve; label: Point } | null;
}

interface Place extends Point {
  readonly row: number;
  /** -1 on the left, 1 on the right: which way is outward. */
  readonly side: -1 | 1;
}

/** @param cards in whose order the centres are told. @param width what there is, in pixels. */
export function ladderOf(cards: readonly number[], sides: Sides, width: number): Ladder {
  const size = width < 480 ? "narrow" : "wide";
  const { width: cardWidth, height: cardHeight } = CARD[size];
  const rowHeight = cardHeight + ROW_GAP;
  const places = new Map<number, Place>();
  const put = (column: readonly (number | null)[], x: number, side: -1 | 1): void =>
    column.forEach((card, row) => {
      const y = HEAD_HEIGHT + cardHeight / 2 + 6 + row * rowHeight;
      if (card !== null) places.set(card, { x, y, row, side });
    });
  // On a wide page the columns stand no further apart than the eye follows.
  const apart = Math.min(width / 2 - cardWidth / 2 - MARGIN[size], 230);
  put(sides.left, width / 2 - apart, -1);
  put(sides.right, width / 2 + apart, 1);
  return {
    width,
    height: HEAD_HEIGHT + sides.left.length * rowHeight - ROW_GAP + 12,
    cardWidth,
    cardHeight,
    centres: cards.map((card) => places.get(card) ?? { x: width / 2, y: 0 }),
    titles: [
      { at: { x: width / 2 - apart, y: 14 }, text: "side A" },
      { at: { x: width / 2 + apart, y: 14 }, text: "side B" },
    ],
    route: ([one, other]) => {
      const [from, to] = [places.get(one), places.get(other)];
      if (from === undefined || to === undefined) return null;
      if (from.side !== to.side) return across(from, to, width);
      return along(from, to, cardWidth, cardHeight, MARGIN[size]);
    },
  };
}

/** A trunk: straight from one column to the other, its label on its middle, above it. */
function across(from: Place, to: Place, width: number): { curve: Curve; label: Point } {
  const bend = { x: width / 2, y: (from.y + to.y) / 2 };
  return { curve: { from, bend, to }, label: { x: bend.x, y: bend.y - 12 } };
}

/** A cable within a side: straight to the next card, and outside of those that it passes. */
function along(
  from: Place,
  to: Place,
  cardWidth: number,
  cardHeight: number,
  margin: number,
): { curve: Curve; label: Point } {
  const middle = (from.y + to.y) / 2;
  const rows = Math.abs(to.row - from.row);
  if (rows === 1) {
    return {
      curve: { from, bend: { x: from.x, y: middle }, to },
      label: { x: from.x - from.side * 28, y: middle },
    };
  }
  // A curve of this kind goes half as far aside as its bend is.
  const aside = 2 * (cardWidth / 2 + Math.min(PASS + PASS_MORE * (rows - 2), margin - 4));
  const below = Math.max(from.y, to.y) - cardHeight / 2 - ROW_GAP / 2;
  return {
    curve: { from, bend: { x: from.x + from.side * aside, y: middle }, to },
    label: { x: from.x + from.side * 30, y: below },
  };
}
