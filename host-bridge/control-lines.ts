import { execFile } from "node:child_process";
import { promisify } from "node:util";
import debug from "debug";

const log = debug("seqcard:transport");

/**
 * Clears HUPCL, so that the system leaves DTR and RTS as they are when the port is closed: RTS going down restarts some
 * boards. serialport's `hupcl: false` leaves the bit as it finds it, and systems set it by default. Where that fails,
 * the port works all the same.
 */
export async function keepControlLines(path: string): Promise<void> {
  const fileOption = process.platform === "linux" ? "-F" : "-f";
  try {
    await promisify(execFile)("stty", [fileOption, path, "-hupcl"]);
  } catch (error) {
    log("cannot clear HUPCL of %s: %o", path, error);
  }
}
