import { FrameBuffer } from "../wire/frame-buffer.js";
import { NativeFramePort } from "./native-frame-port.js";

/** Where a UART's line leads out of the chip, and how fast it is. */
export interface UartWiring {
  /** The chip's number of the UART. */
  readonly port: number;
  /** GPIO numbers. The chip may not lead this UART to any pin. */
  readonly transmit: number;
  readonly receive: number;
  /** Bits a second; both ends alike. */
  readonly baud: number;
}

/** Frames over a UART. */
export class UartPort extends NativeFramePort {
  /** @throws Error where the UART or a pin does not exist or is in use. */
  constructor({ port, transmit, receive, baud }: UartWiring) {
    super();
    this.open(port, transmit, receive, baud, new FrameBuffer());
  }

  private open(port: number, transmit: number, receive: number, baud: number, frame: FrameBuffer): void {
    return native("xs_uart_port").call(this, port, transmit, receive, baud, frame);
  }
}
