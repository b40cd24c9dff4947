import type { BoardPins } from "../board-pins.js";

/**
 * Both UARTs for cables, away from the pins of the boot ROM's greeting (21) and of the development board's second USB
 * port (20, 21). 2, 8 and 9 decide how the chip boots, 12 to 17 belong to the flash, 18 and 19 to USB.
 */
export const PINS: BoardPins = {
  links: [
    { port: 0, transmit: 4, receive: 5, baud: 2_000_000 },
    { port: 1, transmit: 6, receive: 7, baud: 2_000_000 },
  ],
  light: { pin: 8, kind: "pixel" },
  host: "usb",
};

/** 256 kB for the log (docs/flash.md): the partition "seqcard". */
export const SECTOR_COUNT = 64;

/** Longer than the slowest erase (400 ms) and any turn. */
export const WATCHDOG_MS = 2000;
