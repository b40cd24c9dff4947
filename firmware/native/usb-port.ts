import { FrameBuffer } from "../wire/frame-buffer.js";
import { NativeFramePort } from "./native-frame-port.js";

/** Frames over the chip's own USB serial port: the line to the host. There is one. */
export class UsbPort extends NativeFramePort {
  /** @throws Error where it is in use, by the debugger for instance. */
  constructor() {
    super();
    this.open(new FrameBuffer());
  }

  private open(frame: FrameBuffer): void {
    return native("xs_usb_port").call(this, frame);
  }
}
