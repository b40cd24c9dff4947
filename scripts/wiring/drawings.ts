import { drawFabric, type Layout } from "./draw-fabric.js";
import { drawPair } from "./draw-pair.js";
import { drawSpiCable } from "./draw-spi.js";
import { DRAWN_BOARDS } from "./drawn-boards.js";
import { DUPLICATE_FABRICS, SIX_CARDS, THREE_CARDS, TWO_CARDS } from "./fabric-plan.js";

/** Whoever has other boards would otherwise wire by these numbers. */
const PICO_NOTE =
  "GPIOs and ground pins of a Pico or Pico 2. Other boards have others: see Pins in docs/boards.md.";
const CABLE_NOTE = "Each blue line is one cable: TX to RX, RX to TX, ground to ground. Dashed: USB.";

const TRIANGLE: Layout = {
  width: 900,
  height: 470,
  cards: [
    { x: 236, y: 330 },
    { x: 450, y: 130 },
    { x: 664, y: 330 },
  ],
  hosts: [
    { at: { x: 60, y: 330 }, cards: [0] },
    { at: { x: 640, y: 130 }, cards: [1] },
    { at: { x: 840, y: 330 }, cards: [2] },
  ],
  description:
    "Three cards, each on the USB of its host. Connector B of each card leads to connector A of the next.",
  notes: [PICO_NOTE, CABLE_NOTE],
};

const HEXAGON: Layout = {
  width: 860,
  height: 580,
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
  notes: [PICO_NOTE, CABLE_NOTE],
};

const TWO_TRIANGLES: Layout = {
  width: 1060,
  height: 600,
  cards: [
    { x: 360, y: 120 },
    { x: 140, y: 280 },
    { x: 360, y: 440 },
    { x: 700, y: 120 },
    { x: 920, y: 280 },
    { x: 700, y: 440 },
  ],
  hosts: [
    { at: { x: 530, y: 120 }, cards: [0, 3] },
    { at: { x: 530, y: 280 }, cards: [1, 4] },
    { at: { x: 530, y: 440 }, cards: [2, 5] },
  ],
  description:
    "Three hosts with two cards each. Cards 1 to 3 are joined in a triangle on the left, cards 4 to 6 in one on the right. Each host is on the USB of one card of either side.",
  notes: [
    PICO_NOTE,
    CABLE_NOTE,
    "Each host has a card on either side; no cable leads from one side to the other.",
  ],
};

/** Every wiring diagram: the name of its file, without ending, and the SVG. */
export function wiringDrawings(): ReadonlyMap<string, string> {
  return new Map([
    ...[...DRAWN_BOARDS].map(([end, board]) => [`${TWO_CARDS.name}${end}`, drawPair(board)] as const),
    [THREE_CARDS.name, drawFabric(THREE_CARDS, TRIANGLE)],
    [SIX_CARDS.name, drawFabric(SIX_CARDS, HEXAGON)],
    ["spi-cable", drawSpiCable()],
    [DUPLICATE_FABRICS.name, drawFabric(DUPLICATE_FABRICS, TWO_TRIANGLES)],
  ]);
}
