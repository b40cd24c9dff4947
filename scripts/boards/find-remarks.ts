import { join } from "node:path";
import type { BoardTarget } from "./board-names.js";
import type { Machine } from "./machine.js";
import { PICO_SDK_VERSION } from "./pico-problems.js";

/** What this project was built with (docs/moddable.md). Others may do, and nobody has tried. */
const MODDABLE_VERSION = "8.2.3";
const ARM_GCC_MAJOR = 12;

/** @returns what on this machine differs from what is known to work, and yet builds perhaps; empty where nothing does. */
export function findRemarks(target: BoardTarget, machine: Machine): string[] {
  const remarks = moddableRemarks(machine);
  return target.family === "pico"
    ? [...remarks, ...sdkRemarks(machine), ...compilerRemarks(machine)]
    : remarks;
}

function moddableRemarks({ environment, read }: Machine): string[] {
  const version =
    read(join(environment["MODDABLE"] ?? "", "tools/VERSION"))?.trim() ?? "of an unknown version";
  if (version === MODDABLE_VERSION) return [];
  return [`the Moddable SDK is ${version}; ${MODDABLE_VERSION} is known to work`];
}

function sdkRemarks({ environment, run }: Machine): string[] {
  const sdk = environment["PICO_SDK_DIR"] ?? "";
  const commit = (name: string) => run("git", ["-C", sdk, "rev-parse", `${name}^{commit}`])?.trim();
  const remarks: string[] = [];
  if (commit("HEAD") !== commit(PICO_SDK_VERSION)) {
    remarks.push(`pico-sdk in ${sdk} has commits that its ${PICO_SDK_VERSION} has not`);
  }
  // A plus sign says that another commit is checked out than pico-sdk names.
  if (run("git", ["-C", sdk, "submodule", "status", "lib/tinyusb"])?.startsWith("+") === true) {
    remarks.push(
      `tinyusb in ${sdk} is not the one of ${PICO_SDK_VERSION}; git submodule update there takes it`,
    );
  }
  return remarks;
}

function compilerRemarks({ environment, run }: Machine): string[] {
  const compiler = join(environment["PICO_GCC_ROOT"] ?? "", "bin/arm-none-eabi-gcc");
  const version = run(compiler, ["-dumpfullversion"])?.trim() ?? "of an unknown version";
  if (Number.parseInt(version, 10) === ARM_GCC_MAJOR) return [];
  return [`arm-none-eabi-gcc is ${version}; ${ARM_GCC_MAJOR} is known to work`];
}
