import type { BoardPins } from "../../boards/board-pins.js";
import { connectorName, TWO_CARDS } from "./fabric-plan.js";
import {
  box,
  CABLE,
  CARD_EDGE,
  CARD_FILL,
  CARD_INK,
  drawing,
  GROUND,
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
const CABLE_HEIGHT = 130;
const WIRE_STEP = 30;
const FIRST_WIRE = 78;

/** A board as a beginner finds it: its pins, and what is printed beside them. */
export interface DrawnBoard {
  readonly words: string;
  readonly pins: BoardPins;
  /** What is said of a GPIO, and of the ground that belongs to a connector with this receiving GPIO. */
  readonly nameOf: (gpio: number) => string;
  readonly groundOf: (receive: number) => string;
}

interface Pad {
  readonly words: string;
  readonly color: string;
}

/** The three pads of a connector, the sender's first. */
function pads({ groundOf, nameOf, pins, words }: DrawnBoard, connector: number, sendsFirst: boolean): Pad[] {
  const wiring = pins.links[connector];
  if (wiring === undefined) throw new RangeError(`${words}: no connector ${connectorName(connector)}`);
  const { transmit, receive } = wiring;
  const send = { words: `TX ${nameOf(transmit)}`, color: CABLE };
  const take = { words: `RX ${nameOf(receive)}`, color: CABLE };
  const ground = { words: groundOf(receive), color: GROUND };
  return sendsFirst ? [send, take, ground] : [take, send, ground];
}

function wires(board: DrawnBoard, connectors: readonly [number, number], top: number): string[] {
  const left = pads(board, connectors[0], true);
  const right = pads(board, connectors[1], false);
  return left.flatMap((pad, place) => {
    const y = top + place * WIRE_STEP;
    const other = right[place] as Pad;
    return [
      line({ x: LEFT + CARD_WIDTH, y }, { x: RIGHT, y }, pad.color, 3),
      text({ x: LEFT + CARD_WIDTH - 10, y: y + 5 }, pad.words, { anchor: "end", fill: CARD_INK }),
      text({ x: RIGHT + 10, y: y + 5 }, other.words, { anchor: "start", fill: CARD_INK }),
    ];
  });
}

function card(x: number, place: number, height: number): string[] {
  const middle = x + CARD_WIDTH / 2;
  return [
    box({ x, y: CARD_TOP }, CARD_WIDTH, height, CARD_FILL, CARD_EDGE),
    text({ x: middle, y: CARD_TOP + 30 }, `card ${place + 1}`, { size: 17, fill: CARD_INK, bold: true }),
  ];
}

function host(at: Point, edge: number, place: number): string[] {
  const middle = at.y + 25;
  const from = at.x < edge ? at.x + 80 : at.x;
  return [
    line({ x: from, y: middle }, { x: edge, y: middle }, HOST_EDGE, 2.5, "6 4"),
    box(at, 80, 50, HOST_FILL, HOST_EDGE, 4),
    text({ x: at.x + 40, y: middle + 5 }, `host ${place + 1}`, { size: 15, bold: true }),
    text({ x: (from + edge) / 2, y: middle - 8 }, "USB", { size: 12, fill: QUIET_INK }),
  ];
}

/** Every single wire between two cards of a kind. */
export function drawPair(board: DrawnBoard): string {
  const { cables, title } = TWO_CARDS;
  const height = FIRST_WIRE - 20 + cables.length * CABLE_HEIGHT;
  const hostTop = CARD_TOP + height / 2 - 25;
  const bottom = CARD_TOP + height + 30;
  const parts = [
    ...card(LEFT, 0, height),
    ...card(RIGHT, 1, height),
    ...host({ x: 12, y: hostTop }, LEFT, 0),
    ...host({ x: WIDTH - 92, y: hostTop }, RIGHT + CARD_WIDTH, 1),
  ];
  cables.forEach(([one, other], cable) => {
    const top = CARD_TOP + FIRST_WIRE + cable * CABLE_HEIGHT;
    const name = `${connectorName(one.connector)} to ${connectorName(other.connector)}`;
    parts.push(
      text({ x: WIDTH / 2, y: top - 22 }, name, { size: 13, fill: QUIET_INK }),
      text({ x: LEFT + 14, y: top + 35 }, connectorName(one.connector), {
        size: 22,
        anchor: "start",
        bold: true,
      }),
      text({ x: RIGHT + CARD_WIDTH - 14, y: top + 35 }, connectorName(other.connector), {
        size: 22,
        anchor: "end",
        bold: true,
      }),
      ...wires(board, [one.connector, other.connector], top),
    );
  });
  const notes = [
    `${board.words}. TX leads to RX, RX to TX, ground to ground; no supply wire.`,
    "One cable is enough; with the second one either may fail.",
  ];
  notes.forEach((note, place) => {
    parts.push(text({ x: WIDTH / 2, y: bottom + place * 22 }, note, { fill: QUIET_INK }));
  });
  return drawing(
    WIDTH,
    bottom + 42,
    title,
    "Two cards, each on the USB of its host. Two cables of three wires each join connector A to A and B to B: transmit to receive both ways, and ground.",
    parts,
  );
}
