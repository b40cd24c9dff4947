import type { BoardPins } from "../../boards/board-pins.js";
import { PINS as ESP32 } from "../../boards/esp32/pins.js";
import { PINS as ESP32_C3 } from "../../boards/esp32-c3/pins.js";
import { PINS as ESP32_S3 } from "../../boards/esp32-s3/pins.js";
import { PINS as PICO } from "../../boards/pico/pins.js";
import type { DrawnBoard } from "./draw-pair.js";
import { groundBehind, headerPin } from "./pico-header.js";

const PICO_BOARD: DrawnBoard = {
  words: "Raspberry Pi Pico or Pico 2",
  pins: PICO,
  nameOf: (gpio) => `GP${gpio}, pin ${headerPin(gpio)}`,
  groundOf: (receive) => `GND, pin ${groundBehind(receive)}`,
};

/** Kits differ in where a pin is; its number is printed beside it. */
function kit(words: string, pins: BoardPins): DrawnBoard {
  return { words, pins, nameOf: (gpio) => `GPIO ${gpio}`, groundOf: () => "GND, any" };
}

/** By what is behind `two-cards` in the name of the file. */
export const DRAWN_BOARDS: ReadonlyMap<string, DrawnBoard> = new Map([
  ["", PICO_BOARD],
  ["-esp32", kit("ESP32 development kit", ESP32)],
  ["-esp32-c3", kit("ESP32-C3 kit", ESP32_C3)],
  ["-esp32-s3", kit("ESP32-S3 kit", ESP32_S3)],
]);
