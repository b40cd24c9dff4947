import { join } from "node:path";
import type { BoardTarget } from "./board-names.js";
import type { Machine } from "./machine.js";
import { picoProblems } from "./pico-problems.js";

const DOCUMENTATION = "https://github.com/Moddable-OpenSource/moddable/blob/public/documentation";
const ESP32_PAGE = `${DOCUMENTATION}/devices/esp32.md`;
const ESP_IDF_VERSION = "v6.0";
/** The first one whose `--target es2025` the SDK asks for. */
const TYPESCRIPT_MAJOR = 6;

/** @returns what keeps a board from being built on this machine, with advice; empty where nothing does. */
export function findProblems(target: BoardTarget, machine: Machine): string[] {
  const problems = [...moddableProblems(machine), ...typescriptProblems(machine)];
  return problems.concat(target.family === "pico" ? picoProblems(machine) : esp32Problems(machine));
}

function moddableProblems({ environment, exists, has }: Machine): string[] {
  const { MODDABLE } = environment;
  if (MODDABLE === undefined || MODDABLE === "") {
    return [
      `The Moddable SDK is not set up: MODDABLE is not set. Install it by its own instructions (${DOCUMENTATION}/readme.md) and open a new shell.`,
    ];
  }
  if (!exists(join(MODDABLE, "examples/manifest_base.json"))) {
    return [`MODDABLE is ${MODDABLE}, and there is no Moddable SDK there. Set it to the SDK's folder.`];
  }
  if (!has("mcconfig")) {
    return [
      `mcconfig is not found. Build the SDK's tools by its instructions and add their folder, ${join(MODDABLE, "build/bin")}/.../release, to the PATH.`,
    ];
  }
  return [];
}

function typescriptProblems({ run }: Machine): string[] {
  const version = run("tsc", ["--version"]) ?? "none";
  const major = Number(/(\d+)\.\d+/.exec(version)?.[1] ?? 0);
  if (major >= TYPESCRIPT_MAJOR) return [];
  return [
    `The SDK needs TypeScript ${TYPESCRIPT_MAJOR}, and tsc is ${version.trim()}. Run npm install in this project: its own is used then.`,
  ];
}

function esp32Problems({ environment, exists, run }: Machine): string[] {
  const { IDF_PATH } = environment;
  if (IDF_PATH === undefined || IDF_PATH === "" || !exists(join(IDF_PATH, "export.sh"))) {
    return [
      `ESP-IDF is not set up: IDF_PATH does not lead to it. Install ${ESP_IDF_VERSION} as ${ESP32_PAGE} says.`,
    ];
  }
  const version = run("git", ["-C", IDF_PATH, "describe", "--always", "--abbrev=0"])?.trim();
  if (version === undefined || !(version === ESP_IDF_VERSION || version.startsWith(`${ESP_IDF_VERSION}.`))) {
    return [
      `ESP-IDF in ${IDF_PATH} is ${version ?? "of an unknown version"}, and the Moddable SDK builds with ${ESP_IDF_VERSION}. Check out that version and run its install.sh.`,
    ];
  }
  if (run("idf.py", ["--version"]) === undefined) {
    return [`idf.py does not run. Run in this shell: source ${join(IDF_PATH, "export.sh")}`];
  }
  return [];
}
