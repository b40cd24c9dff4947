import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf, RigError } from "./rig-error.js";

const PLATFORM_FOLDERS: Partial<Record<NodeJS.Platform, string>> = { linux: "lin", darwin: "mac" };

/**
 * @returns the path of the `xsnap-worker` that `@agoric/xsnap` compiled when it was installed.
 * @throws RigError XS_MISSING.
 */
export function findXsWorker(): string {
  const folder = PLATFORM_FOLDERS[process.platform];
  if (folder === undefined) throw missing(`@agoric/xsnap does not build on ${process.platform}`);
  let path: string;
  try {
    // Its package.json is not among its exports' names on every version, its entry is; that one is never loaded here.
    const entry = createRequire(import.meta.url).resolve("@agoric/xsnap");
    path = join(dirname(dirname(entry)), "xsnap-native/xsnap/build/bin", folder, "release/xsnap-worker");
  } catch (error) {
    throw missing("@agoric/xsnap is not installed", error);
  }
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    throw missing(`@agoric/xsnap is installed and not built (${messageOf(error)})`, error);
  }
  return path;
}

function missing(reason: string, cause?: unknown): RigError {
  const advice =
    "Install with a C compiler and make at hand (npm install, then npm rebuild @agoric/xsnap), " +
    "or take the engine that needs neither: --engine node.";
  return new RigError("XS_MISSING", `No XS engine: ${reason}. ${advice}`, cause);
}

/** The compiled module that a worker loads; it stands beside this one. */
export const XS_ENTRY_PATH = fileURLToPath(new URL("./xs-entry.js", import.meta.url));
