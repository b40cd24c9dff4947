import { autoDetect } from "@serialport/bindings-cpp";
import { SequenceError } from "./errors.js";

/** USB vendors of the boards that run the firmware, and of the bridges that such boards have. */
const VENDORS = new Map([
  ["2e8a", "Raspberry Pi"],
  ["303a", "Espressif"],
  ["10c4", "Silicon Labs CP210x"],
  ["1a86", "WCH CH34x"],
  ["0403", "FTDI"],
]);

/** A serial port that may well lead to a card. Only opening it tells. */
export interface LikelyPort {
  readonly path: string;
  /** Whose USB device it is. */
  readonly vendor: string;
  /** Four hexadecimal digits each. */
  readonly vendorId: string;
  readonly productId: string | undefined;
  /** On boards with a USB port of their own: the number of the chip. */
  readonly serialNumber: string | undefined;
}

/** A port as serialport lists it. */
export interface ListedPort {
  readonly path: string;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
  readonly serialNumber?: string | undefined;
}

/**
 * Lists the ports that look like cards.
 * Rejects with PORT_FAILED where the system cannot list its ports, as on a Linux without udev.
 */
export async function listPorts(
  list: () => Promise<readonly ListedPort[]> = () => autoDetect().list(),
): Promise<LikelyPort[]> {
  let listed: readonly ListedPort[];
  try {
    listed = await list();
  } catch (cause) {
    throw new SequenceError(
      "PORT_FAILED",
      "the system cannot list its serial ports; install udev (udevadm), or name the port",
      { cause },
    );
  }
  return listed.flatMap(({ path, vendorId, productId, serialNumber }) => {
    const id = vendorId?.toLowerCase() ?? "";
    const vendor = VENDORS.get(id);
    return vendor === undefined ? [] : [{ path, vendor, vendorId: id, productId, serialNumber }];
  });
}
