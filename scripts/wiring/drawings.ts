import { drawFabric, type Layout } from "./draw-fabric.js";
import { drawPair } from "./draw-pair.js";
import { DRAWN_BOARDS } from "./drawn-boards.js";
import { DUPLICATE_FABRICS, SIX_CARDS, THREE_CARDS, TWO_CARDS } from "./fabric-plan.js";

const CABLE_NOTE = "Each blue line is one cable: TX to RX, RX to TX, ground to ground. Dashed: USB.";

const TRIANGLE: Layout = {
  width: 860,
  height: 450,
  cards: [
    { x: 224, y: 330 },
    { x: 430, y: 130 },
    { x: 636, y: 330 },
  ],
  hosts: [
    { at: { x: 56, y: 330 }, cards: [0] },
    { at: { x: 606, y: 130 }, cards: [1] },
    { at: { x: 804, y: 330 }, cards: [2] },
  ],
  description:
    "Three cards, each on the USB of its host. Connector B of each card leads to connector A of the next.",
  notes: [CABLE_NOTE],
};

const HEXAGON: Layout = {
  width: 860,
  height: 560,
  cards: [
    { x: 290, y: 120 },
    { x: 570, y: 120 },
    { x: 690, y: 280 },
    { x: 570, y: 440 },
    { x: 290, y: 440 },
    { x: 170, y: 280 },
  ],
  hosts: [
    { at: { x: 110, y: 120 }, cards: [0] },
    { at: { x: 750, y: 120 }, cards: [1] },
    { at: { x: 808, y: 206 }, cards: [2] },
    { at: { x: 750, y: 440 }, cards: [3] },
    { at: { x: 110, y: 440 }, cards: [4] },
    { at: { x: 52, y: 206 }, cards: [5] },
  ],
  description:
    "Six cards in a ring, each on the USB of its host. Connector B of each card leads to connector A of the next.",
  notes: [CABLE_NOTE],
};

const TWO_TRIANGLES: Layout = {
  width: 1000,
  height: 560,
  cards: [
    { x: 330, y: 120 },
    { x: 110, y: 280 },
    { x: 330, y: 440 },
    { x: 670, y: 120 },
    { x: 890, y: 280 },
    { x: 670, y: 440 },
  ],
  hosts: [
    { at: { x: 500, y: 120 }, cards: [0, 3] },
    { at: { x: 500, y: 280 }, cards: [1, 4] },
    { at: { x: 500, y: 440 }, cards: [2, 5] },
  ],
  description:
    "Three hosts with two cards each. Cards 1 to 3 are joined in a triangle on the left, cards 4 to 6 in one on the right. Each host is on the USB of one card of either side.",
  notes: [CABLE_NOTE, "Each host has a card on either side; no cable leads from one side to the other."],
};

/** Every wiring diagram: the name of its file, without ending, and the SVG. */
export function wiringDrawings(): ReadonlyMap<string, string> {
  return new Map([
    ...[...DRAWN_BOARDS].map(([end, board]) => [`${TWO_CARDS.name}${end}`, drawPair(board)] as const),
    [THREE_CARDS.name, drawFabric(THREE_CARDS, TRIANGLE)],
    [SIX_CARDS.name, drawFabric(SIX_CARDS, HEXAGON)],
    [DUPLICATE_FABRICS.name, drawFabric(DUPLICATE_FABRICS, TWO_TRIANGLES)],
  ]);
}
