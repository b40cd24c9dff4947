import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { XsEngine } from "../../../boards/virtual/xs-engine.js";
import { findXsWorker } from "../../../boards/virtual/xs-worker.js";

const COMPILED = fileURLToPath(new URL("../../../", import.meta.url));
const SOURCES = fileURLToPath(new URL("../../../../", import.meta.url));

/** What the rig's own entry brings: everything else that XS loads is on the boards too. */
const OF_THE_RIG = [
  "boards/virtual/card-runtime",
  "boards/virtual/image-flash",
  "boards/virtual/turn-codec",
  "boards/virtual/xs-entry",
];
/** On the boards for the self test: the cards of the rig keep their record in a log, as boards do. */
const NOT_IN_THE_RIG = ["firmware/storage/memory-record-store"];

interface Manifest {
  readonly include?: readonly string[];
  readonly modules?: Readonly<Record<string, string | readonly string[]>>;
}

/** @returns module name to source path without extension, of a manifest and all of the project that it includes. */
function listModules(manifestPath: string, found = new Map<string, string>()): Map<string, string> {
  const manifest = JSON.parse(readFileSync(manifestPath, "utf8")) as Manifest;
  const folder = dirname(manifestPath);
  for (const include of manifest.include ?? []) listModules(join(folder, include), found);
  for (const [name, source] of Object.entries(manifest.modules ?? {})) {
    for (const each of [source].flat()) {
      if (!name.endsWith("/*")) {
        found.set(name, join(folder, each));
        continue;
      }
      for (const file of readdirSync(join(folder, dirname(each)))) {
        const base = file.replace(/\.ts$/, "");
        if (base !== file) found.set(`${dirname(name)}/${base}`, join(folder, dirname(each), base));
      }
    }
  }
  return found;
}

/** As Moddable's resolver does it: without `.js`, against the name of the importing module. */
function resolveImport(importer: string, specifier: string): string {
  const name = specifier.replace(/\.js$/, "");
  return name.startsWith(".") ? posix.join(posix.dirname(importer), name) : name;
}

function importsOf(code: string): string[] {
  return [...code.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"/gms)].map(
    (match) => match[1] as string,
  );
}

/** Loads the rig's entry in XS, from a copy in which each module tells when it is evaluated. */
async function listLoaded(t: ExecutionContext): Promise<string[]> {
  const copy = mkdtempSync(join(tmpdir(), "seqcard-test-"));
  t.teardown(() => rmSync(copy, { recursive: true, force: true }));
  for (const folder of ["firmware", "boards/virtual"]) {
    cpSync(join(COMPILED, folder), join(copy, folder), { recursive: true });
    for (const file of readdirSync(join(copy, folder), { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".js")) continue;
      const path = join(copy, folder, file);
      const name = JSON.stringify(posix.join(folder, file.replace(/\.js$/, "")));
      // XS takes a source map for the whole of what follows.
      const code = readFileSync(path, "utf8").replace(/^\/\/# sourceMappingURL.*$/m, "");
      writeFileSync(path, `(globalThis.loaded ??= []).push(${name});\n${code}`);
    }
  }
  const entry = join(copy, "boards/virtual/xs-entry.js");
  const answer =
    "globalThis.handleCommand = () => new TextEncoder().encode(globalThis.loaded.join()).buffer;";
  writeFileSync(entry, `${readFileSync(entry, "utf8")}\n${answer}\n`);
  const text = await new Promise<string>((resolve, reject) => {
    const engine = new XsEngine(
      {
        onTurn: (result) => {
          engine.kill();
          resolve(Buffer.from(result.answer).toString("utf8"));
        },
        onDeath: (reason) => reject(new Error(reason)),
      },
      findXsWorker(),
      entry,
    );
    engine.run(new Uint8Array(0));
  });
  return text.split(",");
}

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
