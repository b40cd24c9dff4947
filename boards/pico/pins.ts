/** Two cables on the two UARTs, the host on USB. */
export const PINS = {
  links: [
    { port: 0, transmit: 0, receive: 1, baud: 2_000_000 },
    { port: 1, transmit: 4, receive: 5, baud: 2_000_000 },
  ],
  led: { pin: 25 },
} as const;

/** 256 kB for the log (docs/flash.md). */
export const SECTOR_COUNT = 64;

/** Longer than the slowest erase (400 ms) and any turn. */
export const WATCHDOG_MS = 2000;
