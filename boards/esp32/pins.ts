import type { UartWiring } from "../../firmware/native/uart-port.js";
import type { BoardPins } from "../board-pins.js";

/** Behind it is the board's USB bridge. A host gives the same speed: the oldest bridges do no more. */
export const HOST_WIRING: UartWiring = { port: 0, transmit: 1, receive: 3, baud: 921_600 };

/**
 * UART 1 and UART 2 for cables; UART 0 leads to the board's USB bridge. No pin of these decides how the chip boots (0, 2,
 * 5, 12, 15), belongs to the flash (6 to 11), or is input only (34 and above).
 */
export const PINS: BoardPins = {
  links: [
    { port: 1, transmit: 25, receive: 26, baud: 2_000_000 },
    { port: 2, transmit: 17, receive: 16, baud: 2_000_000 },
  ],
  light: { pin: 2, kind: "plain" },
  host: HOST_WIRING,
};

/** 256 kB for the log (docs/flash.md): the partition "seqcard". */
export const SECTOR_COUNT = 64;

/** Longer than the slowest erase (400 ms) and any turn. */
export const WATCHDOG_MS = 2000;
