import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * @param directories are looked through after those of PATH, in this order.
 * @returns the path of the first executable file called `name`, or undefined.
 */
export function findProgram(
  name: string,
  directories: readonly string[] = [],
  searchPath = process.env["PATH"] ?? "",
): string | undefined {
  const candidates = [...searchPath.split(delimiter).filter((part) => part !== ""), ...directories];
  return candidates.map((directory) => join(directory, name)).find(isExecutable);
}

/** @returns the bin directory of each version under `parent`, the highest version number first, as Debian lays out several versions side by side. */
export function versionedBinDirectories(parent: string): string[] {
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch {
    return [];
  }
  const versions = names.filter((name) => Number.isFinite(Number(name)));
  return versions
    .sort((left, right) => Number(right) - Number(left))
    .map((name) => join(parent, name, "bin"));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
