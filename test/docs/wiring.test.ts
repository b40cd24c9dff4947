import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "ava";
import { PINS } from "../../boards/pico/pins.js";
import { wiringDrawings } from "../../scripts/wiring/drawings.js";
import { DRAWN_BOARDS } from "../../scripts/wiring/drawn-boards.js";
import { connectorName, PLANS } from "../../scripts/wiring/fabric-plan.js";
import { groundBehind, headerPin } from "../../scripts/wiring/pico-header.js";
import { CABLE, GROUND, RETURN } from "../../scripts/wiring/svg.js";

const FOLDER = fileURLToPath(new URL("../../../docs/wiring/", import.meta.url));
const drawings = wiringDrawings();

test("every wiring diagram is up to date with the boards' pins", (t) => {
  t.deepEqual(readdirSync(FOLDER).sort(), [...drawings.keys()].map((name) => `${name}.svg`).sort());
  for (const [name, svg] of drawings) {
    const path = `${FOLDER}${name}.svg`;
    t.true(
      existsSync(path) && readFileSync(path, "utf8") === svg,
      `${name}: run node dist/scripts/make-wiring.js`,
    );
  }
});

/** How often each of these words stands in a drawing. */
const counts = (svg: string, words: readonly string[]): number[] =>
  words.map((word) => svg.split(`>${word}<`).length - 1);

for (const [end, { pins, nameOf }] of DRAWN_BOARDS) {
  test(`two-cards${end}: every connector of the board, with its pins at both ends, TX opposite RX in two colours`, (t) => {
    const svg = drawings.get(`two-cards${end}`) as string;
    for (const [connector, { transmit, receive }] of pins.links.entries()) {
      const words = [`TX ${nameOf(transmit)}`, `RX ${nameOf(receive)}`, connectorName(connector)];
      t.deepEqual(counts(svg, words), [2, 2, 2]);
    }
    const wires = [...svg.matchAll(/stroke="(#\w+)" stroke-width="3"/g)].map(([, color]) => color);
    t.deepEqual(
      wires,
      pins.links.flatMap(() => [CABLE, RETURN, GROUND]),
    );
  });
}

test("a drawing that names a Pico's GPIOs says so, and where each cable's ground is", (t) => {
  for (const { name, cards } of PLANS.filter(({ name }) => name !== "two-cards")) {
    const svg = drawings.get(name) as string;
    t.regex(svg, /GPIOs and ground pins of a Pico/);
    const rows = PINS.links.map(
      ({ transmit, receive }, connector) =>
        `${connectorName(connector)}: TX GP${transmit}, RX GP${receive}, GND pin ${groundBehind(receive)}`,
    );
    t.deepEqual(counts(svg, rows), [cards, cards]);
  }
});

test("an SPI cable's wires lead from each pin to the one of its name", (t) => {
  const names = ["clock", "controllerOut", "controllerIn", "select", "ready", "ground"];
  t.deepEqual(counts(drawings.get("spi-cable") as string, names), [2, 2, 2, 2, 2, 2]);
});

for (const { name, cards, cables } of PLANS) {
  test(`${name}: every connector exists, takes one cable, and no cable ends where it begins`, (t) => {
    const ends = cables.flat();
    const plugs = ends.map(({ card, connector }) => `${card}/${connector}`);
    t.is(new Set(plugs).size, plugs.length);
    for (const { card, connector } of ends) t.true(card < cards && connector < PINS.links.length);
    for (const [one, other] of cables) t.not(one.card, other.card);
  });

  test(`${name}: no cable's loss cuts a card off from its side`, (t) => {
    const reached = (without: number): number => {
      const seen = new Set([0]);
      for (let round = 0; round < cards; round += 1) {
        cables.forEach(([one, other], cable) => {
          if (cable === without) return;
          if (seen.has(one.card)) seen.add(other.card);
          if (seen.has(other.card)) seen.add(one.card);
        });
      }
      return seen.size;
    };
    const whole = reached(-1);
    t.true(whole === cards || whole === cards / 2);
    cables.forEach((_, cable) => {
      t.is(reached(cable), whole, `without cable ${cable}`);
    });
  });
}

test("GPIOs are found on the Pico's header as its data sheet prints them", (t) => {
  const pins = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map(headerPin);
  t.deepEqual(pins, [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 19, 20]);
  t.deepEqual([1, 5, 9, 13].map(groundBehind), [3, 8, 13, 18]);
  t.throws(() => headerPin(16), { instanceOf: RangeError });
});
