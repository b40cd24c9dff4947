import {
  box,
  CARD_EDGE,
  CARD_FILL,
  CARD_INK,
  drawing,
  HOST_EDGE,
  HOST_FILL,
  line,
  type Point,
  QUIET_INK,
  text,
} from "./svg.js";

const WIDTH = 900;
const CARD_WIDTH = 250;
const CARD_TOP = 60;
const LEFT = 130;
const RIGHT = WIDTH - LEFT - CARD_WIDTH;
const WIRE_STEP = 30;
const FIRST_WIRE = 78;
/** From the last wire of a cable to the first one of the next. */
const CABLE_STEP = 70;
const NOTE_STEP = 22;

/** One wire, and what is said of the pin at either end. */
export interface DrawnWire {
  readonly left: string;
  readonly right: string;
  readonly color: string;
}

export interface DrawnCable {
  readonly name: string;
  /** The connectors' names, left and right. */
  readonly connectors: readonly [string, string];
  readonly wires: readonly DrawnWire[];
}

/** Two cards side by side, each on its host's USB, with every single wire between them. */
export interface TwoBoxes {
  readonly title: string;
  readonly description: string;
  /** What stands at the head of the left and of the right card. */
  readonly cards: readonly [string, string];
  readonly cables: readonly DrawnCable[];
  readonly notes: readonly string[];
}

function drawWire({ left, right, color }: DrawnWire, y: number): string[] {
  return [
    line({ x: LEFT + CARD_WIDTH, y }, { x: RIGHT, y }, color, 3),
    text({ x: LEFT + CARD_WIDTH - 10, y: y + 5 }, left, { anchor: "end", fill: CARD_INK }),
    text({ x: RIGHT + 10, y: y + 5 }, right, { anchor: "start", fill: CARD_INK }),
  ];
}

function drawCable({ connectors, name, wires }: DrawnCable, top: number): string[] {
  const middle = top + ((wires.length - 1) * WIRE_STEP) / 2 + 5;
  const [left, right] = connectors;
  return [
    text({ x: WIDTH / 2, y: top - 22 }, name, { size: 13, fill: QUIET_INK }),
    text({ x: LEFT + 14, y: middle }, left, { size: 22, anchor: "start", bold: true }),
    text({ x: RIGHT + CARD_WIDTH - 14, y: middle }, right, { size: 22, anchor: "end", bold: true }),
    ...wires.flatMap((wire, place) => drawWire(wire, top + place * WIRE_STEP)),
  ];
}

function drawCard(x: number, title: string, height: number): string[] {
  const middle = x + CARD_WIDTH / 2;
  return [
    box({ x, y: CARD_TOP }, CARD_WIDTH, height, CARD_FILL, CARD_EDGE),
    text({ x: middle, y: CARD_TOP + 30 }, title, { size: 17, fill: CARD_INK, bold: true }),
  ];
}

function drawHost(at: Point, edge: number, place: number): string[] {
  const middle = at.y + 25;
  const from = at.x < edge ? at.x + 80 : at.x;
  return [
    line({ x: from, y: middle }, { x: edge, y: middle }, HOST_EDGE, 2.5, "6 4"),
    box(at, 80, 50, HOST_FILL, HOST_EDGE, 4),
    text({ x: at.x + 40, y: middle + 5 }, `host ${place + 1}`, { size: 15, bold: true }),
    text({ x: (from + edge) / 2, y: middle - 8 }, "USB", { size: 12, fill: QUIET_INK }),
  ];
}

export function drawTwoBoxes({ cables, cards, description, notes, title }: TwoBoxes): string {
  const cableHeights = cables.map(({ wires }) => (wires.length - 1) * WIRE_STEP + CABLE_STEP);
  const height = FIRST_WIRE - 20 + cableHeights.reduce((sum, each) => sum + each, 0);
  const hostTop = CARD_TOP + height / 2 - 25;
  let cableTop = CARD_TOP + FIRST_WIRE;
  const parts = [
    ...drawCard(LEFT, cards[0], height),
    ...drawCard(RIGHT, cards[1], height),
    ...drawHost({ x: 12, y: hostTop }, LEFT, 0),
    ...drawHost({ x: WIDTH - 92, y: hostTop }, RIGHT + CARD_WIDTH, 1),
  ];
  cables.forEach((cable, place) => {
    parts.push(...drawCable(cable, cableTop));
    cableTop += cableHeights[place] as number;
  });
  const notesTop = CARD_TOP + height + 30;
  notes.forEach((note, place) => {
    parts.push(text({ x: WIDTH / 2, y: notesTop + place * NOTE_STEP }, note, { fill: QUIET_INK }));
  });
  return drawing(WIDTH, notesTop + notes.length * NOTE_STEP - 2, title, description, parts);
}
