import { FrameBuffer } from "../../wire/frame-buffer.js";
import { NativeFramePort } from "../native-frame-port.js";

/** A bus of three signals, select and ready, and where each leads out of the chip: GPIO numbers. */
export interface SpiWiring {
  /** The chip's number of the SPI bus. */
  readonly bus: number;
  readonly clock: number;
  /** Data from the controller to the peripheral. */
  readonly controllerOut: number;
  /** Data from the peripheral to the controller. */
  readonly controllerIn: number;
  /** Low while a transfer is on; driven by the controller. */
  readonly select: number;
  /** High while the peripheral has a slot armed; driven by the peripheral. */
  readonly ready: number;
}

/** The end of an SPI cable that has the clock. */
export class SpiControllerPort extends NativeFramePort {
  /**
   * @param hertz speed of the clock.
   * @throws Error where the bus or a pin does not exist or is in use.
   */
  constructor({ bus, clock, controllerOut, controllerIn, select, ready }: SpiWiring, hertz: number) {
    super();
    this.open(bus, clock, controllerOut, controllerIn, select, ready, hertz, new FrameBuffer());
  }

  private open(
    bus: number,
    clock: number,
    controllerOut: number,
    controllerIn: number,
    select: number,
    ready: number,
    hertz: number,
    frame: FrameBuffer,
  ): void {
    return native("xs_spi_controller_port").call(
      this,
      bus,
      clock,
      controllerOut,
      controllerIn,
      select,
      ready,
      hertz,
      frame,
    );
  }
}

/** The end of an SPI cable that follows the other one's clock. */
export class SpiPeripheralPort extends NativeFramePort {
  /** @throws Error where the bus or a pin does not exist or is in use. */
  constructor({ bus, clock, controllerOut, controllerIn, select, ready }: SpiWiring) {
    super();
    this.open(bus, clock, controllerOut, controllerIn, select, ready, new FrameBuffer());
  }

  private open(
    bus: number,
    clock: number,
    controllerOut: number,
    controllerIn: number,
    select: number,
    ready: number,
    frame: FrameBuffer,
  ): void {
    return native("xs_spi_peripheral_port").call(
      this,
      bus,
      clock,
      controllerOut,
      controllerIn,
      select,
      ready,
      frame,
    );
  }
}
