import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "ava";
import { BOARDS } from "../../../scripts/boards/board-names.js";
import { buildEnvironment } from "../../../scripts/boards/build-environment.js";
import { BoardBuild, exists } from "../../boards/manifest/board-build.js";

const MAIN = fileURLToPath(new URL("../../../scripts/boards/main.js", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../../../package.json", import.meta.url));

test("make gets bash where sh is another shell, and this project's TypeScript comes first", (t) => {
  const { PATH, MAKEFLAGS, HOME } = buildEnvironment(
    { PATH: "/usr/bin", HOME: "/home" },
    "/project",
    undefined,
  );
  t.is(PATH, "/project/node_modules/.bin:/usr/bin");
  t.is(MAKEFLAGS, "-- SHELL=/bin/bash");
  t.is(HOME, "/home");
});

test("what the user has set for make stays", (t) => {
  t.is(buildEnvironment({ MAKEFLAGS: "-j4" }, "/project", undefined)["MAKEFLAGS"], "-j4 -- SHELL=/bin/bash");
  t.is(
    buildEnvironment({ MAKEFLAGS: "-- SHELL=/opt/bash" }, "/p", undefined)["MAKEFLAGS"],
    "-- SHELL=/opt/bash",
  );
  t.is(buildEnvironment({}, "/project", "GNU bash, version 5.2\n")["MAKEFLAGS"], undefined);
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
