import { posix } from "node:path";
import test from "ava";
import ts from "typescript";
import { BOARDS } from "../../scripts/boards/board-names.js";
import { BoardBuild, exists, importsOf, programManifests, ROOT, readText } from "./manifest/board-build.js";
import { nativeCallsOf, nativeFunctionsOf, resultKinds, valueCount } from "./manifest/native-calls.js";

const PROGRAMS = programManifests();

function readProject(path: string): ts.ParsedCommandLine {
  return ts.parseJsonConfigFileContent(JSON.parse(readText(path)), ts.sys, ROOT);
}

const CHIPS = readProject("tsconfig.chips.json");
const COMPUTERS = readProject("tsconfig.json");

test("what runs on a chip is compiled with XS's globals alone", (t) => {
  t.deepEqual(CHIPS.options.types, []);
  t.deepEqual(CHIPS.options.lib, ["lib.es2023.d.ts"]);
  t.true(CHIPS.options.strict);
});

test("the boards are there, and the self test", (t) => {
  for (const board of Object.keys(BOARDS)) {
    t.true(PROGRAMS.includes(`boards/${board}/manifest.json`), board);
  }
  t.true(PROGRAMS.includes("manifest.json"));
});

for (const program of PROGRAMS) {
  const build = new BoardBuild(program);

  test(`${program}: whatever is listed is there`, (t) => {
    t.deepEqual(build.missing, []);
    for (const { manifest, path } of build.files()) t.true(exists(path), `${manifest} names ${path}`);
  });

  test(`${program}: every module is named as its path, so that relative imports hold on XS too`, (t) => {
    t.true(build.modules.size > 40);
    for (const [name, path] of build.modules) t.is(`${name}.ts`, path);
  });

  test(`${program}: every import leads to a module of the same build`, (t) => {
    for (const [name, path] of build.modules) {
      for (const imported of importsOf(name, path)) {
        t.true(build.modules.has(imported), `${name} -> ${imported}`);
      }
    }
  });

  test(`${program}: every preloaded name is a module, and the main module is not among them: it calls native code`, (t) => {
    t.true(build.modules.has(build.main), build.main);
    for (const preload of build.preloads) {
      if (preload.endsWith("/*")) t.false(build.main.startsWith(preload.slice(0, -1)), preload);
      else t.true(build.modules.has(preload) && preload !== build.main, preload);
    }
  });

  test(`${program}: every native function that its TypeScript names is in its C`, (t) => {
    const text = build.cText();
    for (const path of build.modules.values()) {
      for (const [, name] of readText(path).matchAll(/\b[Nn]ative\("(\w+)"\)/g)) {
        const definitions = [...text.matchAll(new RegExp(`^void ${name}\\(`, "gm"))];
        t.true(definitions.length > 0, `${path} names ${name}`);
      }
    }
  });

  test(`${program}: native functions return what their TypeScript says, and take as many values`, (t) => {
    const functions = nativeFunctionsOf(build.cText());
    for (const path of build.modules.values()) {
      const calls = nativeCallsOf(readText(path));
      t.is(calls.length, [...readText(path).matchAll(/\bnative\(/g)].length, `all calls in ${path}`);
      for (const { name, result, values } of calls) {
        const body = functions.get(name) ?? "";
        t.deepEqual(resultKinds(body), result === "void" ? [] : [result], name);
        t.is(valueCount(body), values, name);
      }
    }
  });

  test(`${program}: its modules are compiled without Node's globals`, (t) => {
    for (const path of build.modules.values()) {
      t.true(CHIPS.fileNames.includes(posix.join(ROOT, path)), path);
      t.false(COMPUTERS.fileNames.includes(posix.join(ROOT, path)), path);
    }
  });

  test(`${program}: every header of this project that its C includes lies in a folder of the build`, (t) => {
    const folders = new Set([...build.cFiles].map((path) => posix.dirname(path)));
    for (const path of build.cFiles) {
      for (const [, header] of readText(path).matchAll(/^#include "([\w-]+\.h)"/gm)) {
        const own = [...folders].filter((folder) => exists(posix.join(folder, header as string)));
        t.true(own.length <= 1, `${header} is in ${own.join(" and ")}`);
        if (/-/.test(header as string)) t.is(own.length, 1, `${path} includes ${header}`);
      }
    }
  });
}

/** What `firmware/manifest.json` lists; the rig's own test compares that with what XS loads there. */
const FIRMWARE = new BoardBuild("firmware/manifest.json");

for (const program of PROGRAMS) {
  test(`${program}: the card is made of the very modules that the rig runs`, (t) => {
    const { modules } = new BoardBuild(program);
    const ofCard = [...modules].filter(([name]) => /^firmware\/(card|wire|storage|ports|main)\b/.test(name));
    t.deepEqual(ofCard.sort(), [...FIRMWARE.modules].sort());
  });
}

/** No board has these by default. */
for (const folder of ["esp32-spi", "rp2-spi"]) {
  test(`${folder}: what is listed is there, and its C has what its TypeScript names`, (t) => {
    const build = new BoardBuild(`firmware/native/${folder}/manifest.json`);
    t.deepEqual(build.missing, []);
    t.true(build.cFiles.has("firmware/native/spi-link.c"));
    const calls = [...build.modules.values()].flatMap((path) => nativeCallsOf(readText(path)));
    const names = calls.map(({ name }) => name).sort();
    t.deepEqual(names, ["xs_spi_controller_port", "xs_spi_peripheral_port"]);
    const functions = nativeFunctionsOf(build.cText());
    for (const { name, values } of calls) t.is(valueCount(functions.get(name) ?? ""), values, name);
  });
}
