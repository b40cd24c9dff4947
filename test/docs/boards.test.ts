import test from "ava";
import type { BoardPins } from "../../boards/board-pins.js";
import { PINS as ESP32 } from "../../boards/esp32/pins.js";
import { PINS as ESP32_C3 } from "../../boards/esp32-c3/pins.js";
import { PINS as ESP32_S3 } from "../../boards/esp32-s3/pins.js";
import { PINS as PICO } from "../../boards/pico/pins.js";
import { BOARDS as BOARD_NAMES } from "../../scripts/boards/board-names.js";
import { connectorName } from "../../scripts/wiring/fabric-plan.js";
import { readText } from "../boards/manifest/board-build.js";

const BOARDS: Readonly<Record<string, BoardPins>> = {
  pico: PICO,
  "pico-2": PICO,
  esp32: ESP32,
  "esp32-c3": ESP32_C3,
  "esp32-s3": ESP32_S3,
};

/** The cells of the rows below the first heading "Pins". */
function rowsOfPins(text: string): string[][] {
  const [section = ""] = text.slice(text.indexOf("### Pins")).split("\n### Cables");
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("the table of pins in docs/boards.md is what the boards' pins.ts say", (t) => {
  const expected = Object.entries(BOARDS).flatMap(([board, { links }]) =>
    links.map(({ port, transmit, receive, baud }, connector) => [
      `\`${board}\``,
      connectorName(connector),
      String(port),
      String(transmit),
      String(receive),
      baud.toLocaleString("en"),
    ]),
  );
  t.deepEqual(Object.keys(BOARDS).sort(), Object.keys(BOARD_NAMES).sort());
  t.deepEqual(rowsOfPins(readText("docs/boards.md")), expected);
});
