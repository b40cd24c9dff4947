import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import { XsEngine } from "../../boards/virtual/xs-engine.js";
import { findXsWorker } from "../../boards/virtual/xs-worker.js";

/** The compiled project, and its sources. */
export const COMPILED = fileURLToPath(new URL("../../", import.meta.url));
export const SOURCES = fileURLToPath(new URL("../../../", import.meta.url));

interface Manifest {
  readonly include?: string | readonly string[];
  readonly modules?: Readonly<Record<string, string | readonly string[]>>;
}

/** @returns module name to source path without extension, of a manifest and all of the project that it includes. */
export function listModules(manifestPath: string, found = new Map<string, string>()): Map<string, string> {
  const manifest = JSON.parse(readFileSync(manifestPath, "utf8")) as Manifest;
  const folder = dirname(manifestPath);
  for (const include of [manifest.include ?? []].flat()) {
    // The SDK's own are not here.
    if (!include.startsWith("$")) listModules(join(folder, include), found);
  }
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
export function resolveImport(importer: string, specifier: string): string {
  const name = specifier.replace(/\.js$/, "");
  return name.startsWith(".") ? posix.join(posix.dirname(importer), name) : name;
}

export function importsOf(code: string): string[] {
  return [...code.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"/gms)].map(
    (match) => match[1] as string,
  );
}

/** Loads the rig's entry in XS, from a copy in which each module tells when it is evaluated. */
export async function listLoaded(t: ExecutionContext): Promise<string[]> {
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
