import { PINS } from "../../boards/pico/pins.js";
import { type CableEnd, connectorName, type FabricPlan } from "./fabric-plan.js";
import { groundBehind } from "./pico-header.js";
import {
  box,
  CABLE,
  CARD_EDGE,
  CARD_FILL,
  CARD_INK,
  drawing,
  HOST_EDGE,
  HOST_FILL,
  line,
  type Point,
  plug,
  QUIET_INK,
  text,
} from "./svg.js";

const CARD_WIDTH = 212;
const CARD_HEIGHT = 84;
const HOST_WIDTH = 84;
const HOST_HEIGHT = 40;
const PLUG_GAP = 13;

/** Where the middle of each card and of its host lies. A host that two cards share is named for both. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly cards: readonly Point[];
  readonly hosts: readonly { readonly at: Point; readonly cards: readonly number[] }[];
  readonly description: string;
  readonly notes: readonly string[];
}

/** @returns where the line from the middle of a box towards `to` leaves it, `gap` outside. */
function edgeOf(middle: Point, to: Point, width: number, height: number, gap: number): Point {
  const x = to.x - middle.x;
  const y = to.y - middle.y;
  const scale = Math.min(width / 2 / Math.abs(x || 1e-9), height / 2 / Math.abs(y || 1e-9));
  const length = Math.hypot(x, y);
  return { x: middle.x + x * scale + (x / length) * gap, y: middle.y + y * scale + (y / length) * gap };
}

function card(at: Point, place: number): string[] {
  const top = at.y - CARD_HEIGHT / 2;
  const rows = PINS.links.map(({ transmit, receive }, connector) =>
    text(
      { x: at.x, y: top + 48 + connector * 20 },
      `${connectorName(connector)}: TX GP${transmit}, RX GP${receive}, GND pin ${groundBehind(receive)}`,
      { size: 13, fill: CARD_INK },
    ),
  );
  return [
    box({ x: at.x - CARD_WIDTH / 2, y: top }, CARD_WIDTH, CARD_HEIGHT, CARD_FILL, CARD_EDGE),
    text({ x: at.x, y: top + 25 }, `card ${place + 1}`, { size: 17, fill: CARD_INK, bold: true }),
    ...rows,
  ];
}

function cable(
  layout: Layout,
  one: CableEnd,
  other: CableEnd,
): { readonly wire: string; readonly plugs: string[] } {
  const from = layout.cards[one.card] as Point;
  const to = layout.cards[other.card] as Point;
  const start = edgeOf(from, to, CARD_WIDTH, CARD_HEIGHT, PLUG_GAP);
  const end = edgeOf(to, from, CARD_WIDTH, CARD_HEIGHT, PLUG_GAP);
  return {
    wire: line(start, end, CABLE, 5),
    plugs: [plug(start, connectorName(one.connector)), plug(end, connectorName(other.connector))],
  };
}

function host(layout: Layout, place: number): string[] {
  const { at, cards } = layout.hosts[place] as Layout["hosts"][number];
  const lines = cards.map((each) => {
    const to = layout.cards[each] as Point;
    const start = edgeOf(at, to, HOST_WIDTH, HOST_HEIGHT, 0);
    return line(start, edgeOf(to, at, CARD_WIDTH, CARD_HEIGHT, 0), HOST_EDGE, 2.5, "6 4");
  });
  return [
    ...lines,
    box(
      { x: at.x - HOST_WIDTH / 2, y: at.y - HOST_HEIGHT / 2 },
      HOST_WIDTH,
      HOST_HEIGHT,
      HOST_FILL,
      HOST_EDGE,
      4,
    ),
    text({ x: at.x, y: at.y + 5 }, `host ${place + 1}`, { size: 15, bold: true }),
  ];
}

/** Cards, connectors, cables and hosts of a fabric on Picos. */
export function drawFabric(plan: FabricPlan, layout: Layout): string {
  const cables = plan.cables.map(([one, other]) => cable(layout, one, other));
  const notesTop = layout.height - layout.notes.length * 22 - 2;
  return drawing(layout.width, layout.height, plan.title, layout.description, [
    ...layout.hosts.flatMap((_, place) => host(layout, place)),
    ...cables.map(({ wire }) => wire),
    ...layout.cards.flatMap((at, place) => card(at, place)),
    ...cables.flatMap(({ plugs }) => plugs),
    ...layout.notes.map((note, place) =>
      text({ x: layout.width / 2, y: notesTop + place * 22 }, note, { fill: QUIET_INK }),
    ),
  ]);
}
