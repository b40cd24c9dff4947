import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";

/** What is read of a manifest here; `mcconfig` knows more. */
interface Manifest {
  readonly include?: string | readonly string[];
  readonly modules?: Readonly<Record<string, string>>;
  readonly preload?: readonly string[];
  readonly creation?: { readonly main?: string };
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The modules of a build by their names, with their files; and the names that it preloads, `*` among them. */
class Build {
  readonly files = new Map<string, string>();
  readonly preloads: string[] = [];

  /** @param path of a manifest, from the project's folder on. */
  add(path: string): void {
    const manifest = JSON.parse(readFileSync(posix.join(ROOT, path), "utf8")) as Manifest;
    const folder = posix.dirname(path);
    for (const included of [manifest.include ?? []].flat()) {
      if (!included.startsWith("$")) this.add(posix.join(folder, included));
    }
    for (const [name, source] of Object.entries(manifest.modules ?? {})) {
      this.addModules(name, posix.join(folder, source));
    }
    this.preloads.push(...(manifest.preload ?? []));
  }

  private addModules(name: string, source: string): void {
    if (!source.endsWith("/*")) {
      this.files.set(name, `${source}.ts`);
      return;
    }
    const folder = posix.dirname(source);
    for (const file of readdirSync(posix.join(ROOT, folder))) {
      if (!file.endsWith(".ts") || file.endsWith(".d.ts")) continue;
      this.files.set(name.replace("*", posix.basename(file, ".ts")), posix.join(folder, file));
    }
  }
}

/** @returns the names of the modules that a file imports, as XS makes them: relative to the importer, without ".js". */
function importsOf(name: string, path: string): string[] {
  const text = readFileSync(posix.join(ROOT, path), "utf8");
  const specifiers = [...text.matchAll(/\bfrom "([^"]+)"/g)].map((match) => match[1] as string);
  return specifiers.map((specifier) => posix.join(posix.dirname(name), specifier).replace(/\.js$/, ""));
}

const build = new Build();
build.add("manifest.json");

test("every module of the boards is named as its path, so that relative imports hold on XS too", (t) => {
  t.true(build.files.size > 40);
  for (const [name, path] of build.files) {
    t.is(`${name}.ts`, path);
    t.true(existsSync(posix.join(ROOT, path)), path);
  }
});

test("every import of such a module leads to a module of the same build", (t) => {
  for (const [name, path] of build.files) {
    for (const imported of importsOf(name, path)) t.true(build.files.has(imported), `${name} -> ${imported}`);
  }
});

test("every preloaded name is a module, and the main module is not among them: it calls native code", (t) => {
  const { creation } = JSON.parse(readFileSync(posix.join(ROOT, "manifest.json"), "utf8")) as Manifest;
  const main = creation?.main ?? "";
  t.true(build.files.has(main), main);
  for (const preload of build.preloads) {
    if (preload.endsWith("/*")) t.false(main.startsWith(preload.slice(0, -1)), preload);
    else t.true(build.files.has(preload) && preload !== main, preload);
  }
});
