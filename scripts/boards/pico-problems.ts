import { join } from "node:path";
import type { Machine } from "./machine.js";

const PICO_PAGE = "https://github.com/Moddable-OpenSource/moddable/blob/public/documentation/devices/pico.md";
/** The one that the Moddable SDK asks for; its tag has this name. */
export const PICO_SDK_VERSION = "2.2.0";
const CLONE = `git clone -b ${PICO_SDK_VERSION} https://github.com/raspberrypi/pico-sdk, then git submodule update --init in it`;

/**
 * What the SDK's makefile for a Pico demands, all of it, since it stops at the first thing that is not there.
 * @param machine with the folders set that `buildEnvironment` sets.
 */
export function picoProblems(machine: Machine): string[] {
  const root = machine.environment["PICO_ROOT"] ?? "";
  if (!machine.exists(root)) {
    return [`There is no folder ${root}. Make it as ${PICO_PAGE} says, or set PICO_ROOT.`];
  }
  return [
    ...sdkProblems(machine),
    ...exampleProblems(machine, root),
    ...compilerProblems(machine),
    ...(machine.has("cmake")
      ? []
      : ["cmake is not found. On Debian: apt-get install cmake; on a Mac: brew install cmake."]),
  ];
}

function sdkProblems({ environment, exists, run }: Machine): string[] {
  const sdk = environment["PICO_SDK_DIR"] ?? "";
  if (!exists(sdk)) {
    return [`pico-sdk is not in ${sdk}. Install it as ${PICO_PAGE} says, or set PICO_SDK_DIR.`];
  }
  const problems: string[] = [];
  // As the SDK's makefile asks: it is content with no other answer.
  const version = run("git", ["-C", sdk, "describe", "--tags", "--always", "--abbrev=0"])?.trim();
  if (version === undefined) {
    problems.push(
      `pico-sdk in ${sdk} is of an unknown version: the SDK's makefile asks git, and git describe fails there, as in an unpacked archive. Run: ${CLONE}.`,
    );
  } else if (version !== PICO_SDK_VERSION) {
    problems.push(
      `pico-sdk in ${sdk} is ${version}, and the Moddable SDK builds with ${PICO_SDK_VERSION}. Run: git -C ${sdk} checkout ${PICO_SDK_VERSION}, then git submodule update --init there.`,
    );
  }
  if (!exists(join(sdk, "lib/tinyusb/src/tusb.h"))) {
    problems.push(`pico-sdk in ${sdk} has no tinyusb. Run: git -C ${sdk} submodule update --init.`);
  }
  const tools = {
    pioasm: environment["PIOASM"] || join(sdk, "build/pioasm/pioasm"),
    picotool: environment["UF2CONV"] || join(sdk, "build/_deps/picotool/picotool"),
  };
  for (const [tool, path] of Object.entries(tools)) {
    if (!exists(path)) {
      problems.push(`${tool} is not at ${path}. The instructions build it in pico-sdk: ${PICO_PAGE}`);
    }
  }
  return problems;
}

function exampleProblems({ environment, exists }: Machine, root: string): string[] {
  const asked = join(root, "pico-examples");
  if (!exists(asked)) return [`pico-examples is not in ${asked}. Clone it as ${PICO_PAGE} says.`];
  // Every C file includes it, and the makefile looks for it nowhere else.
  const header = join(environment["PICO_EXAMPLES_DIR"] ?? "", "build/generated/pico_base/pico/version.h");
  if (exists(header)) return [];
  return [
    `${header} is not there. In pico-examples run: cmake -B build, with PICO_SDK_PATH=${environment["PICO_SDK_DIR"]}.`,
  ];
}

function compilerProblems({ environment, exists, run }: Machine): string[] {
  const root = environment["PICO_GCC_ROOT"];
  if (root === undefined) {
    return [
      "arm-none-eabi-gcc is not found on the PATH. On Debian: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi. Where it is in no folder called bin, set PICO_GCC_ROOT to one whose bin has it.",
    ];
  }
  const compiler = join(root, "bin/arm-none-eabi-gcc");
  if (!exists(compiler)) {
    return [
      `PICO_GCC_ROOT is ${root}, and there is no ${compiler}. Unset it where the compiler is on the PATH, or set it to the folder above the compiler's bin.`,
    ];
  }
  // It prints the bare name of what it does not have.
  const specs = run(compiler, ["-print-file-name=nosys.specs"])?.trim();
  if (specs === undefined) return [`${compiler} does not run. Install it again.`];
  if (specs !== "nosys.specs") return [];
  return [
    `${compiler} has no newlib. On Debian: apt-get install libnewlib-arm-none-eabi; on a Mac: brew install --cask gcc-arm-embedded.`,
  ];
}
