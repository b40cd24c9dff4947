import { basename, delimiter, dirname, join } from "node:path";
import type { BoardTarget } from "./board-names.js";

/** Where make's shell is bash already, `--version` says so. */
const BASH_BANNER = /GNU bash/;
const WITH_BASH = "-- SHELL=/bin/bash";

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment of a build depends on besides the one that the user has. */
export interface BuildPlace {
  /** This project's folder. */
  readonly project: string;
  readonly home: string;
  /** What `sh --version` prints; nothing where it does not know that option, as dash. */
  readonly shellVersion: string | undefined;
  /** @returns the path of a program on the PATH, or undefined. */
  find(program: string): string | undefined;
}

/**
 * The environment in which mcconfig runs: this project's TypeScript comes first, make uses bash, for which the SDK's
 * makefiles are written, and a Pico's build finds pico-sdk and compiler. What the user has set stays as it is.
 */
export function buildEnvironment(
  given: Environment,
  target: BoardTarget,
  place: BuildPlace,
): Record<string, string | undefined> {
  const PATH = [join(place.project, "node_modules/.bin"), given["PATH"] ?? ""].join(delimiter);
  const environment = { ...given, PATH, MAKEFLAGS: makeFlags(given["MAKEFLAGS"], place.shellVersion) };
  return target.family === "pico" ? { ...environment, ...picoFolders(given, place) } : environment;
}

function makeFlags(given: string | undefined, shellVersion: string | undefined): string | undefined {
  const bash = shellVersion !== undefined && BASH_BANNER.test(shellVersion);
  return bash || given?.includes("SHELL=") === true ? given : [given, WITH_BASH].filter(Boolean).join(" ");
}

/**
 * The SDK's own defaults do not do: it looks for the compiler in `/usr/local` only, where neither Debian nor Homebrew
 * on an ARM Mac puts it, and without PICO_SDK_DIR its makefile has an unclosed parenthesis.
 */
function picoFolders(given: Environment, { home, find }: BuildPlace): Record<string, string | undefined> {
  const PICO_ROOT = given["PICO_ROOT"] || join(home, "pico");
  const PICO_SDK_DIR = given["PICO_SDK_DIR"] || join(PICO_ROOT, "pico-sdk");
  const PICO_EXAMPLES_DIR = given["PICO_EXAMPLES_DIR"] || join(PICO_ROOT, "pico-examples");
  const bin = dirname(find("arm-none-eabi-gcc") ?? "");
  const found = basename(bin) === "bin" ? dirname(bin) : undefined;
  return { PICO_ROOT, PICO_SDK_DIR, PICO_EXAMPLES_DIR, PICO_GCC_ROOT: given["PICO_GCC_ROOT"] || found };
}
