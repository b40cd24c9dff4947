import type { BoardPins } from "../../boards/board-pins.js";
import { type CableEnd, connectorName, pairPlan } from "./fabric-plan.js";
import { CABLE, GROUND, RETURN } from "./svg.js";
import { type DrawnCable, drawTwoBoxes } from "./two-boxes.js";

/** A board as a beginner finds it: its pins, and what is printed beside them. */
export interface DrawnBoard {
  readonly words: string;
  readonly pins: BoardPins;
  /** What is said of a GPIO, and of the ground that belongs to a connector with this receiving GPIO. */
  readonly nameOf: (gpio: number) => string;
  readonly groundOf: (receive: number) => string;
}

/** What is said of a connector's three pads. */
function padsOf({ groundOf, nameOf, pins, words }: DrawnBoard, connector: number) {
  const wiring = pins.links[connector];
  if (wiring === undefined) throw new RangeError(`${words}: no connector ${connectorName(connector)}`);
  const { transmit, receive } = wiring;
  return { send: `TX ${nameOf(transmit)}`, take: `RX ${nameOf(receive)}`, ground: groundOf(receive) };
}

function cableOf(board: DrawnBoard, one: CableEnd, other: CableEnd): DrawnCable {
  const left = padsOf(board, one.connector);
  const right = padsOf(board, other.connector);
  const connectors = [connectorName(one.connector), connectorName(other.connector)] as const;
  return {
    name: connectors.join(" to "),
    connectors,
    wires: [
      { left: left.send, right: right.take, color: CABLE },
      { left: left.take, right: right.send, color: RETURN },
      { left: left.ground, right: right.ground, color: GROUND },
    ],
  };
}

const COUNTS: readonly string[] = ["No cable", "One cable", "Two cables", "Three cables"];

/** Every single wire between two cards of a kind, on all of their connectors. */
export function drawPair(board: DrawnBoard): string {
  const { cables, title } = pairPlan(board.pins.links.length);
  const names = cables.map(([one]) => connectorName(one.connector)).join(", ");
  return drawTwoBoxes({
    title,
    description: `Two cards, each on the USB of its host. ${COUNTS[cables.length]} of three wires each join connectors of the same letter (${names}): transmit to receive both ways, and ground.`,
    cards: ["card 1", "card 2"],
    cables: cables.map(([one, other]) => cableOf(board, one, other)),
    notes: [
      `${board.words}. Blue: card 1 sends. Orange: card 2 sends. Black: ground. No supply wire.`,
      "One cable is enough; with another one either may fail.",
    ],
  });
}
