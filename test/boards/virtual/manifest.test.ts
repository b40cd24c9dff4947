import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import {
  COMPILED,
  importsOf,
  listLoaded,
  listModules,
  resolveImport,
  SOURCES,
} from "../../support/xs-modules.js";

/** What the rig's own entry brings: everything else that XS loads is on the boards too. */
const OF_THE_RIG = [
  "boards/virtual/card-runtime",
  "boards/virtual/image-flash",
  "boards/virtual/turn-codec",
  "boards/virtual/xs-entry",
];
/** On the boards for the self test: the cards of the rig keep their record in a log, as boards do. */
const NOT_IN_THE_RIG = ["firmware/storage/memory-record-store"];

const modules = listModules(join(SOURCES, "firmware/manifest.json"));

test("every module that the manifests list is there", (t) => {
  t.true(modules.size > 20);
  for (const [name, path] of modules) {
    t.notThrows(() => readFileSync(`${path}.ts`), name);
  }
});

test("every module that the firmware imports is listed, by the name to which Moddable resolves the import", (t) => {
  for (const [name, path] of modules) {
    for (const specifier of importsOf(readFileSync(`${path}.ts`, "utf8"))) {
      const imported = resolveImport(name, specifier);
      t.true(modules.has(imported), `${name} imports ${imported}, which no manifest lists`);
    }
  }
});

test("XS in the rig runs the modules of the manifests, each once, and nothing else but its entry", async (t) => {
  const loaded = await listLoaded(t);
  t.is(new Set(loaded).size, loaded.length, "a module was loaded twice");
  const own = loaded.filter((name) => !modules.has(name));
  t.deepEqual(own.sort(), OF_THE_RIG);
  const isTypesOnly = (name: string): boolean => {
    const code = readFileSync(join(COMPILED, `${name}.js`), "utf8");
    return code.replace(/^\/\/.*$/gm, "").trim() === "export {};";
  };
  const notLoaded = [...modules.keys()].filter((name) => !loaded.includes(name) && !isTypesOnly(name));
  t.deepEqual(notLoaded.sort(), NOT_IN_THE_RIG);
});
