import { autoDetect, type BindingPortInterface } from "@serialport/bindings-cpp";
import debug from "debug";
import { BindingTransport } from "./binding-transport.js";
import { keepControlLines } from "./control-lines.js";
import { type DescriptorPort, DescriptorTransport, WAIT_TERMIOS } from "./descriptor-transport.js";
import { openError } from "./port-errors.js";
import type { Transport, TransportEvents } from "./transport.js";

const log = debug("seqcard:transport");

/**
 * Opens a serial port for this process alone. DTR and RTS are left to the system, which raises both: toggling them
 * would restart some boards.
 * @throws SequenceError PORT_NOT_FOUND, PORT_BUSY, PORT_DENIED, NOT_A_CARD or PORT_FAILED.
 */
export async function openTransport(
  path: string,
  baudRate: number,
  events: TransportEvents,
): Promise<Transport> {
  let port: BindingPortInterface | null = null;
  try {
    port = await autoDetect().open({
      path,
      baudRate,
      hupcl: false,
      lock: true,
      rtscts: false,
      ...WAIT_TERMIOS,
    });
    log("opened %s", path);
    if (!hasDescriptor(port)) return new BindingTransport(port, events);
    await keepControlLines(path);
    return new DescriptorTransport(port, events);
  } catch (error) {
    log("cannot open %s: %o", path, error);
    if (port?.isOpen) await port.close();
    throw openError(path, error);
  }
}

function hasDescriptor(port: BindingPortInterface): port is DescriptorPort {
  return "fd" in port && typeof port.fd === "number" && "poller" in port;
}
