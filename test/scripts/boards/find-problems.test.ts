import test from "ava";
import { BOARDS, type BoardTarget } from "../../../scripts/boards/board-names.js";
import { findProblems, type Machine } from "../../../scripts/boards/find-problems.js";

const PICO = BOARDS["pico"] as BoardTarget;
const ESP32 = BOARDS["esp32-c3"] as BoardTarget;

/** A machine on which everything is right, but for what a test changes. */
function machine(
  environment: Record<string, string | undefined> = {},
  answers: Record<string, string | undefined> = {},
  missing: readonly string[] = [],
): Machine {
  const outputs: Record<string, string | undefined> = {
    mcconfig: "",
    tsc: "Version 6.0.3\n",
    "git /pico/pico-sdk": "2.2.0\n",
    "git /idf": "v6.0.2\n",
    "arm-none-eabi-gcc": "",
    "idf.py": "ESP-IDF v6.0.2\n",
    ...answers,
  };
  return {
    environment: { MODDABLE: "/moddable", PICO_ROOT: "/pico", IDF_PATH: "/idf", ...environment },
    home: "/home",
    has: (program) => outputs[program] !== undefined,
    exists: (path) => !missing.includes(path),
    run: (command, args) => outputs[command === "git" ? `git ${args[1]}` : command],
  };
}

test("where everything is there, nothing keeps a board from being built", (t) => {
  for (const target of Object.values(BOARDS)) t.deepEqual(findProblems(target, machine()), []);
});

const CASES: readonly (readonly [string, BoardTarget, Machine, RegExp])[] = [
  ["no MODDABLE", PICO, machine({ MODDABLE: undefined }), /MODDABLE is not set/],
  ["an empty MODDABLE", PICO, machine({ MODDABLE: "" }), /MODDABLE is not set/],
  [
    "a MODDABLE that leads astray",
    PICO,
    machine({}, {}, ["/moddable/examples/manifest_base.json"]),
    /no Moddable SDK there/,
  ],
  ["no mcconfig", ESP32, machine({}, { mcconfig: undefined }), /mcconfig is not found/],
  [
    "an old TypeScript",
    PICO,
    machine({}, { tsc: "Version 5.9.2" }),
    /needs TypeScript 6, and tsc is Version 5\.9\.2/,
  ],
  ["no TypeScript", PICO, machine({}, { tsc: undefined }), /tsc is none/],
  ["no pico-sdk", PICO, machine({}, {}, ["/pico/pico-sdk"]), /pico-sdk is not in \/pico\/pico-sdk/],
  [
    "no pico-sdk where it is looked for first",
    PICO,
    machine({ PICO_ROOT: undefined }, {}, ["/home/pico/pico-sdk"]),
    /not in \/home\/pico\/pico-sdk/,
  ],
  [
    "another pico-sdk",
    PICO,
    machine({}, { "git /pico/pico-sdk": "2.1.1\n" }),
    /is 2\.1\.1, and .* builds with 2\.2\.0/,
  ],
  ["a pico-sdk without git", PICO, machine({}, { "git /pico/pico-sdk": undefined }), /unknown version/],
  [
    "no ARM compiler",
    PICO,
    machine({}, { "arm-none-eabi-gcc": undefined }),
    /arm-none-eabi-gcc is not found/,
  ],
  ["no ESP-IDF", ESP32, machine({ IDF_PATH: undefined }), /IDF_PATH does not lead to it/],
  [
    "an IDF_PATH that leads astray",
    ESP32,
    machine({}, {}, ["/idf/export.sh"]),
    /IDF_PATH does not lead to it/,
  ],
  ["another ESP-IDF", ESP32, machine({}, { "git /idf": "v5.5\n" }), /is v5\.5, and .* builds with v6\.0/],
  ["an ESP-IDF without git", ESP32, machine({}, { "git /idf": undefined }), /unknown version/],
  ["no idf.py", ESP32, machine({}, { "idf.py": undefined }), /source \/idf\/export\.sh/],
];

for (const [what, target, made, message] of CASES) {
  test(`${what}: one problem, with advice`, (t) => {
    const problems = findProblems(target, made);
    t.is(problems.length, 1);
    t.regex(problems[0] ?? "", message);
  });
}

test("an ESP32 needs nothing of a Pico's tools, nor the other way round", (t) => {
  const nothingOfPico = machine({}, { "arm-none-eabi-gcc": undefined }, ["/pico/pico-sdk"]);
  t.deepEqual(findProblems(ESP32, nothingOfPico), []);
  t.deepEqual(findProblems(PICO, machine({ IDF_PATH: undefined })), []);
});

test("what is wrong in several places is all told at once", (t) => {
  const wrong = machine({ MODDABLE: undefined }, { tsc: undefined, "arm-none-eabi-gcc": undefined });
  t.is(findProblems(PICO, wrong).length, 3);
});
