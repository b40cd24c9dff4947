import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "ava";
import { BOARDS, type BoardTarget } from "../../../scripts/boards/board-names.js";
import { buildEnvironment } from "../../../scripts/boards/build-environment.js";
import { BoardBuild, exists } from "../../boards/manifest/board-build.js";

const MAIN = fileURLToPath(new URL("../../../scripts/boards/main.js", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../../../package.json", import.meta.url));

const PICO = BOARDS["pico-2"] as BoardTarget;
const ESP32 = BOARDS["esp32"] as BoardTarget;

function build(
  given: Record<string, string | undefined>,
  target = PICO,
  shellVersion?: string,
): Record<string, string | undefined> {
  return buildEnvironment(given, target, {
    project: "/project",
    home: "/home",
    shellVersion,
    find: (program) => `/usr/bin/${program}`,
  });
}

test("make gets bash where sh is another shell, and this project's TypeScript comes first", (t) => {
  const { PATH, MAKEFLAGS, HOME } = build({ PATH: "/usr/bin", HOME: "/home" });
  t.is(PATH, "/project/node_modules/.bin:/usr/bin");
  t.is(MAKEFLAGS, "-- SHELL=/bin/bash");
  t.is(HOME, "/home");
});

test("what the user has set for make stays", (t) => {
  t.is(build({ MAKEFLAGS: "-j4" })["MAKEFLAGS"], "-j4 -- SHELL=/bin/bash");
  t.is(build({ MAKEFLAGS: "-- SHELL=/opt/bash" })["MAKEFLAGS"], "-- SHELL=/opt/bash");
  t.is(build({}, PICO, "GNU bash, version 5.2\n")["MAKEFLAGS"], undefined);
});

test("the SDK gets all of a Pico's folders, of which its own defaults do not do", (t) => {
  const { PICO_ROOT, PICO_SDK_DIR, PICO_EXAMPLES_DIR, PICO_GCC_ROOT } = build({ PICO_SDK_DIR: "" });
  t.is(PICO_ROOT, "/home/pico");
  t.is(PICO_SDK_DIR, "/home/pico/pico-sdk");
  t.is(PICO_EXAMPLES_DIR, "/home/pico/pico-examples");
  t.is(PICO_GCC_ROOT, "/usr");
  t.is(build({ PICO_ROOT: "/pico" })["PICO_SDK_DIR"], "/pico/pico-sdk");
});

test("a Pico's folders that the user has set stay, and no other board gets any", (t) => {
  const given = {
    PICO_ROOT: "/pico",
    PICO_SDK_DIR: "/sdk",
    PICO_EXAMPLES_DIR: "/examples",
    PICO_GCC_ROOT: "/opt/arm",
  };
  t.like(build(given), given);
  t.deepEqual(Object.keys(build({}, ESP32)).sort(), ["MAKEFLAGS", "PATH"]);
});

test("a compiler that is not there, or in no folder called bin, sets nothing", (t) => {
  const place = { project: "/project", home: "/home", shellVersion: undefined };
  for (const path of [undefined, "/shims/arm-none-eabi-gcc"]) {
    t.is(buildEnvironment({}, PICO, { ...place, find: () => path })["PICO_GCC_ROOT"], undefined);
  }
});

test("package.json builds and flashes every board that is there, and no other", (t) => {
  const { scripts } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { scripts: Record<string, string> };
  for (const board of Object.keys(BOARDS)) {
    for (const action of ["build", "flash"]) {
      t.regex(scripts[`${action}:${board}`] ?? "", new RegExp(`boards/main\\.js ${action} ${board}$`));
    }
    t.true(exists(`boards/${board}/manifest.json`), board);
    t.is(new BoardBuild(`boards/${board}/manifest.json`).main, `boards/${board}/main`);
  }
  const named = Object.keys(scripts).filter((name) => /^(build|flash):/.test(name));
  t.is(named.length, 2 * Object.keys(BOARDS).length);
});

test("without an SDK it says so and fails; a board that is none, with how it is called", (t) => {
  const env = { ...process.env, MODDABLE: "" };
  const without = spawnSync(process.execPath, [MAIN, "build", "pico"], { encoding: "utf8", env });
  t.is(without.status, 1);
  t.regex(without.stderr, /build pico: The Moddable SDK is not set up/);
  const unknown = spawnSync(process.execPath, [MAIN, "build", "toaster"], { encoding: "utf8", env });
  t.is(unknown.status, 2);
  t.regex(unknown.stderr, /one of pico, pico-2, esp32/);
});
