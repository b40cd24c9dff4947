import type { BoardPins } from "../board-pins.js";

/**
 * All three UARTs for cables, away from the pins of the boot ROM's greeting (43, 44). 0, 3, 45 and 46 decide how the chip
 * boots, 26 to 37 belong to flash and PSRAM, 19 and 20 to USB. The light of some boards is on 38 instead.
 */
export const PINS: BoardPins = {
  links: [
    { port: 0, transmit: 4, receive: 5, baud: 2_000_000 },
    { port: 1, transmit: 6, receive: 7, baud: 2_000_000 },
    { port: 2, transmit: 15, receive: 16, baud: 2_000_000 },
  ],
  light: { pin: 48, kind: "pixel" },
  host: "usb",
};

/** 256 kB for the log (docs/flash.md): the partition "seqcard". */
export const SECTOR_COUNT = 64;

/** Longer than the slowest erase (400 ms) and any turn. */
export const WATCHDOG_MS = 2000;
