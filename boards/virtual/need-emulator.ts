import { RigError } from "./rig-error.js";

/**
 * Loads what stands on the emulator's packages, which only a checkout has.
 * @throws RigError EMULATOR_MISSING.
 */
export async function needEmulator<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const advice =
      "Both are development dependencies: npm ci in a checkout of seqcard, or npm install rp2040js uf2.";
    throw new RigError(
      "EMULATOR_MISSING",
      `The packages rp2040js and uf2 are not installed. ${advice}`,
      error,
    );
  }
}
