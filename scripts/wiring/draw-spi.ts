import type { SpiWiring } from "../../firmware/native/spi/spi-port.js";
import { CABLE, GROUND, RETURN } from "./svg.js";
import { type DrawnWire, drawTwoBoxes } from "./two-boxes.js";

type Signal = Exclude<keyof SpiWiring, "bus">;

/** Each wire joins the pins of the same name, so none is crossed; the peripheral drives what it answers. */
const SENDERS: Readonly<Record<Signal, "controller" | "peripheral">> = {
  clock: "controller",
  controllerOut: "controller",
  controllerIn: "peripheral",
  select: "controller",
  ready: "peripheral",
};

/** The wires of a cable that is an SPI bus. Which GPIOs they are is up to who builds it in. */
export function drawSpiCable(): string {
  const signals = Object.entries(SENDERS).map(([signal, sender]): DrawnWire => {
    return { left: signal, right: signal, color: sender === "controller" ? CABLE : RETURN };
  });
  return drawTwoBoxes({
    title: "An SPI bus as a cable",
    description:
      "Two cards, each on the USB of its host. Six wires join the pins of the same name: clock, controllerOut and select lead from the controller to the peripheral, controllerIn and ready back, and ground.",
    cards: ["card 1, the controller", "card 2, the peripheral"],
    cables: [
      {
        name: "one cable",
        connectors: ["", ""],
        wires: [...signals, { left: "ground", right: "ground", color: GROUND }],
      },
    ],
    notes: [
      "Nothing is crossed: each pin leads to the one of its name. GPIOs: as you name them in main.ts.",
      "Blue: the controller drives it. Orange: the peripheral does. Black: ground. No supply wire.",
    ],
  });
}
