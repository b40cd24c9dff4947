import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { RigError } from "./rig-error.js";

export const DEFAULT_RIG_NAME = "default";

/**
 * @param name letters, digits, `-` and `_`, 40 at most.
 * @returns where the control socket of the rig of that name is, in a folder of this user alone.
 * @throws RigError BAD_OPTION.
 */
export function controlPath(name: string): string {
  if (!/^[\w-]{1,40}$/.test(name)) {
    throw new RigError("BAD_OPTION", "A rig's name has 1 to 40 letters, digits, - and _.");
  }
  return join(tmpdir(), `seqcard-${userInfo().uid}`, `rig-${name}.sock`);
}

/**
 * Makes the folder of the sockets. Whoever can write there can command the rig, so nobody else may.
 * @throws RigError SOCKET_UNSAFE.
 */
export function makeControlFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o077) === 0) return;
  throw new RigError(
    "SOCKET_UNSAFE",
    `${folder} is not a folder of yours alone: remove it, or set TMPDIR to a place where it can be.`,
  );
}
