import test from "ava";
import { BOARDS, type BoardTarget } from "../../../scripts/boards/board-names.js";
import { buildEnvironment } from "../../../scripts/boards/build-environment.js";
import { findProblems } from "../../../scripts/boards/find-problems.js";
import { findRemarks } from "../../../scripts/boards/find-remarks.js";
import type { Machine } from "../../../scripts/boards/machine.js";

const PICO = BOARDS["pico"] as BoardTarget;
const ESP32 = BOARDS["esp32-c3"] as BoardTarget;

const TINYUSB = "/pico/pico-sdk/lib/tinyusb/src/tusb.h";
const SPECS = "/usr/bin/arm-none-eabi-gcc -print-file-name=nosys.specs";
const HEADER = "/pico/pico-examples/build/generated/pico_base/pico/version.h";

/** A machine on which everything is right, but for what a test changes. Its compiler is where Debian puts it. */
function machine(
  environment: Record<string, string | undefined> = {},
  answers: Record<string, string | undefined> = {},
  missing: readonly string[] = [],
): Machine {
  const outputs: Record<string, string | undefined> = {
    mcconfig: "",
    cmake: "",
    "tsc --version": "Version 6.0.3\n",
    "git -C /pico/pico-sdk describe --tags --always --abbrev=0": "2.2.0\n",
    "git -C /pico/pico-sdk rev-parse HEAD^{commit}": "a1bf8bb\n",
    "git -C /pico/pico-sdk rev-parse 2.2.0^{commit}": "a1bf8bb\n",
    "git -C /pico/pico-sdk submodule status lib/tinyusb": " 86ad6e5 lib/tinyusb (0.18.0)\n",
    "git -C /idf describe --always --abbrev=0": "v6.0.2\n",
    "arm-none-eabi-gcc": "/usr/bin/arm-none-eabi-gcc",
    [SPECS]: "/usr/lib/arm-none-eabi/lib/nosys.specs\n",
    "/usr/bin/arm-none-eabi-gcc -dumpfullversion": "12.2.1\n",
    "/moddable/tools/VERSION": "8.2.3\n",
    "idf.py --version": "ESP-IDF v6.0.2\n",
    ...answers,
  };
  const given = { MODDABLE: "/moddable", PICO_ROOT: "/pico", IDF_PATH: "/idf", ...environment };
  return {
    environment: buildEnvironment(given, PICO, {
      project: "/project",
      home: "/home",
      shellVersion: undefined,
      find: (program) => outputs[program],
    }),
    has: (program) => outputs[program] !== undefined,
    exists: (path) => !missing.includes(path),
    read: (path) => outputs[path],
    run: (command, args) => outputs[[command, ...args].join(" ")],
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
    machine({}, { "tsc --version": "Version 5.9.2" }),
    /needs TypeScript 6, and tsc is Version 5\.9\.2/,
  ],
  ["no TypeScript", PICO, machine({}, { "tsc --version": undefined }), /tsc is none/],
  ["no folder for pico-sdk", PICO, machine({}, {}, ["/pico"]), /no folder \/pico\. .* set PICO_ROOT/],
  [
    "no folder where it is looked for first",
    PICO,
    machine({ PICO_ROOT: undefined }, {}, ["/home/pico"]),
    /no folder \/home\/pico\./,
  ],
  ["no pico-sdk", PICO, machine({}, {}, ["/pico/pico-sdk"]), /pico-sdk is not in \/pico\/pico-sdk/],
  [
    "no pico-sdk where PICO_SDK_DIR leads",
    PICO,
    machine({ PICO_SDK_DIR: "/elsewhere" }, {}, ["/elsewhere"]),
    /pico-sdk is not in \/elsewhere/,
  ],
  [
    "another pico-sdk",
    PICO,
    machine({}, { "git -C /pico/pico-sdk describe --tags --always --abbrev=0": "2.1.1\n" }),
    /is 2\.1\.1, and .* builds with 2\.2\.0/,
  ],
  [
    "a pico-sdk without git",
    PICO,
    machine({}, { "git -C /pico/pico-sdk describe --tags --always --abbrev=0": undefined }),
    /unknown version: .* git clone -b 2\.2\.0/,
  ],
  ["no tinyusb", PICO, machine({}, {}, [TINYUSB]), /has no tinyusb.* submodule update --init/],
  [
    "no pioasm",
    PICO,
    machine({}, {}, ["/pico/pico-sdk/build/pioasm/pioasm"]),
    /pioasm is not at \/pico\/pico-sdk/,
  ],
  [
    "no picotool where UF2CONV leads",
    PICO,
    machine({ UF2CONV: "/picotool" }, {}, ["/picotool"]),
    /picotool is not at \/picotool/,
  ],
  [
    "no pico-examples",
    PICO,
    machine({}, {}, ["/pico/pico-examples"]),
    /pico-examples is not in \/pico\/pico-examples/,
  ],
  ["pico-examples as cloned", PICO, machine({}, {}, [HEADER]), /version\.h is not there.* cmake -B build/],
  ["no cmake", PICO, machine({}, { cmake: undefined }), /cmake is not found/],
  [
    "no ARM compiler",
    PICO,
    machine({}, { "arm-none-eabi-gcc": undefined }),
    /arm-none-eabi-gcc is not found .*libnewlib-arm-none-eabi/,
  ],
  [
    "an ARM compiler in a folder that is no bin",
    PICO,
    machine({}, { "arm-none-eabi-gcc": "/shims/arm-none-eabi-gcc" }),
    /set PICO_GCC_ROOT/,
  ],
  [
    "a PICO_GCC_ROOT that leads astray",
    PICO,
    machine({ PICO_GCC_ROOT: "/usr/local" }, {}, ["/usr/local/bin/arm-none-eabi-gcc"]),
    /PICO_GCC_ROOT is \/usr\/local, and there is no \/usr\/local\/bin\/arm-none-eabi-gcc/,
  ],
  ["an ARM compiler alone", PICO, machine({}, { [SPECS]: "nosys.specs\n" }), /has no newlib/],
  ["an ARM compiler that does not run", PICO, machine({}, { [SPECS]: undefined }), /does not run/],
  ["no ESP-IDF", ESP32, machine({ IDF_PATH: undefined }), /IDF_PATH does not lead to it/],
  [
    "an IDF_PATH that leads astray",
    ESP32,
    machine({}, {}, ["/idf/export.sh"]),
    /IDF_PATH does not lead to it/,
  ],
  [
    "another ESP-IDF",
    ESP32,
    machine({}, { "git -C /idf describe --always --abbrev=0": "v5.5\n" }),
    /is v5\.5, and .* builds with v6\.0/,
  ],
  [
    "an ESP-IDF without git",
    ESP32,
    machine({}, { "git -C /idf describe --always --abbrev=0": undefined }),
    /unknown version/,
  ],
  ["no idf.py", ESP32, machine({}, { "idf.py --version": undefined }), /source \/idf\/export\.sh/],
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
  const wrong = machine(
    { MODDABLE: undefined },
    { "tsc --version": undefined, "arm-none-eabi-gcc": undefined },
  );
  t.is(findProblems(PICO, wrong).length, 3);
});

test("what is known to work gives no remark", (t) => {
  for (const target of Object.values(BOARDS)) t.deepEqual(findRemarks(target, machine()), []);
});

const REMARKS: readonly (readonly [string, Machine, RegExp])[] = [
  [
    "another Moddable SDK",
    machine({}, { "/moddable/tools/VERSION": "8.3.0\n" }),
    /SDK is 8\.3\.0; 8\.2\.3 is/,
  ],
  [
    "a Moddable SDK without a version",
    machine({}, { "/moddable/tools/VERSION": undefined }),
    /of an unknown version; 8\.2\.3 is/,
  ],
  [
    "a pico-sdk past its tag",
    machine({}, { "git -C /pico/pico-sdk rev-parse HEAD^{commit}": "0123456\n" }),
    /has commits that its 2\.2\.0 has not/,
  ],
  [
    "another tinyusb",
    machine({}, { "git -C /pico/pico-sdk submodule status lib/tinyusb": "+0123456 lib/tinyusb\n" }),
    /tinyusb .* is not the one of 2\.2\.0/,
  ],
  [
    "another ARM compiler",
    machine({}, { "/usr/bin/arm-none-eabi-gcc -dumpfullversion": "14.2.1\n" }),
    /arm-none-eabi-gcc is 14\.2\.1; 12 is known/,
  ],
];

for (const [what, made, message] of REMARKS) {
  test(`${what}: a remark, and nothing that keeps the board from being built`, (t) => {
    t.deepEqual(findProblems(PICO, made), []);
    const remarks = findRemarks(PICO, made);
    t.is(remarks.length, 1);
    t.regex(remarks[0] ?? "", message);
  });
}

test("an ESP32 is not judged by a Pico's SDK and compiler", (t) => {
  const nothingOfPico = machine({}, { [SPECS]: undefined, "arm-none-eabi-gcc": undefined }, ["/pico"]);
  t.deepEqual(findRemarks(ESP32, nothingOfPico), []);
});
