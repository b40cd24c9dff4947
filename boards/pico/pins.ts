import type { BoardPins } from "../board-pins.js";

/** Two cables on the two UARTs, the host on USB. */
export const PINS: BoardPins = {
  links: [
    { port: 0, transmit: 0, receive: 1, baud: 2_000_000 },
    { port: 1, transmit: 4, receive: 5, baud: 2_000_000 },
  ],
  light: { pin: 25, kind: "plain" },
  host: "usb",
};

/** 256 kB for the log (docs/flash.md). */
export const SECTOR_COUNT = 64;

/** Longer than the slowest erase (400 ms) and any turn. */
export const WATCHDOG_MS = 2000;
