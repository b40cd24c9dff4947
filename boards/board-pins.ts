import type { UartWiring } from "../firmware/native/uart-port.js";

/** A light that is on or off, or one whose colour can be set. */
export interface LightWiring {
  readonly pin: number;
  /** `pixel`: a WS2812 or one like it. */
  readonly kind: "plain" | "pixel";
}

/** Where everything of a board leads. Numbers are the chip's GPIO numbers. */
export interface BoardPins {
  /** The cables, at most MAX_LINKS, in the order of their connectors: A, B, ... */
  readonly links: readonly UartWiring[];
  readonly light: LightWiring;
  /** The board's own USB port, or a UART with a USB bridge behind it. */
  readonly host: "usb" | UartWiring;
}
