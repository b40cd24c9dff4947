import type { PortRate } from "../ports/frame-port.js";
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

/** Frames over a UART, whose rate can be changed while it runs. */
export class UartPort extends NativeFramePort implements PortRate {
  readonly configuredBaud: number;

  /** @throws Error where the UART or a pin does not exist or is in use. */
  constructor({ port, transmit, receive, baud }: UartWiring) {
    super();
    this.configuredBaud = baud;
    this.open(port, transmit, receive, baud, new FrameBuffer());
  }

  get rate(): PortRate {
    return this;
  }

  /** What the chip can: of an RP2 a sixteenth of its clock, of an ESP32 5 Mbaud. */
  get maxBaud(): number {
    return this.readMaxBaud();
  }

  /** @throws RangeError where the chip cannot. */
  setBaud(baud: number): void {
    return native("xs_uart_port_set_baud").call(this, baud);
  }

  private readMaxBaud(): number {
    return native("xs_uart_port_max_baud").call(this);
  }

  private open(port: number, transmit: number, receive: number, baud: number, frame: FrameBuffer): void {
    return native("xs_uart_port").call(this, port, transmit, receive, baud, frame);
  }
}
