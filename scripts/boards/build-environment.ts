import { delimiter, join } from "node:path";

/** Where make's shell is bash already, `--version` says so. */
const BASH_BANNER = /GNU bash/;
const WITH_BASH = "-- SHELL=/bin/bash";

/**
 * The environment in which mcconfig runs: this project's TypeScript comes first, and make uses bash, for which the
 * SDK's makefiles are written.
 * @param shellVersion what `sh --version` prints; nothing where it does not know that option, as dash.
 */
export function buildEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  project: string,
  shellVersion: string | undefined,
): Record<string, string | undefined> {
  const PATH = [join(project, "node_modules/.bin"), environment["PATH"] ?? ""].join(delimiter);
  const given = environment["MAKEFLAGS"];
  const bash = shellVersion !== undefined && BASH_BANNER.test(shellVersion);
  const MAKEFLAGS =
    bash || given?.includes("SHELL=") === true ? given : [given, WITH_BASH].filter(Boolean).join(" ");
  return { ...environment, PATH, MAKEFLAGS };
}
