import test, { type ExecutionContext } from "ava";
import { checkOptions, type RigOptions, type RigSettings } from "../../../boards/virtual/rig-options.js";

const firmware = process.env["SEQCARD_UF2"];
const bootRom = process.env["SEQCARD_BOOTROM"];
const isThere = firmware !== undefined && bootRom !== undefined;

/** For tests with the real firmware, which needs an SDK to build, and a boot ROM that is not ours to hand on. */
export const withFirmware = isThere ? test.serial : test.skip;
/** Behind the title of such a test. */
export const because = isThere
  ? ""
  : " (skipped: SEQCARD_UF2 names no firmware, or SEQCARD_BOOTROM no boot ROM)";

/** Settings of a bench with that firmware. The test may take its time: it runs in the boards' own. */
export function benchSettings(t: ExecutionContext, options: RigOptions): RigSettings {
  t.timeout(1_800_000);
  return checkOptions({
    engine: "rp2040",
    fabricId: 7,
    ...(firmware === undefined ? {} : { firmware }),
    ...(bootRom === undefined ? {} : { bootRom }),
    ...options,
  });
}
