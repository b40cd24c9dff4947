import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

/** What is read of a manifest here; `mcconfig` knows more. */
export interface Manifest {
  readonly include?: string | readonly string[];
  readonly modules?: Readonly<Record<string, string | readonly string[]>>;
  readonly preload?: readonly string[];
  readonly creation?: { readonly main?: string };
  readonly build?: Readonly<Record<string, string>>;
  readonly platforms?: Readonly<Record<string, Manifest>>;
}

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

export function readText(path: string): string {
  return readFileSync(posix.join(ROOT, path), "utf8");
}

export function exists(path: string): boolean {
  return existsSync(posix.join(ROOT, path));
}

/** Every manifest that builds a program, from the project's folder on: it names a main module. */
export function programManifests(): string[] {
  const boards = readdirSync(posix.join(ROOT, "boards")).map((board) => `boards/${board}/manifest.json`);
  return ["manifest.json", ...boards].filter((path) => exists(path) && readManifest(path).creation?.main);
}

export function readManifest(path: string): Manifest {
  return JSON.parse(readText(path)) as Manifest;
}

/** What a manifest and all that it includes of this project come to. What comes from the SDK starts with "$" and is left out. */
export class BoardBuild {
  readonly manifests: string[] = [];
  /** TypeScript modules: their names, and their files from the project's folder on. */
  readonly modules = new Map<string, string>();
  readonly cFiles = new Set<string>();
  /** Names that are listed and lead to no file. */
  readonly missing: string[] = [];
  readonly preloads: string[] = [];
  readonly main: string;

  constructor(path: string) {
    this.main = readManifest(path).creation?.main ?? "";
    this.add(path);
  }

  /** Files that a manifest names otherwise than as modules, as partition tables: with their manifest. */
  files(): { readonly manifest: string; readonly path: string }[] {
    return this.manifests.flatMap((manifest) =>
      Object.values(readManifest(manifest).build ?? {})
        .filter((value) => value.startsWith("./"))
        .map((value) => ({ manifest, path: posix.join(posix.dirname(manifest), value) })),
    );
  }

  /** The C sources of the build, as one text. */
  cText(): string {
    return [...this.cFiles].map(readText).join("\n");
  }

  private add(path: string): void {
    if (this.manifests.includes(path)) return;
    if (!exists(path)) {
      this.missing.push(path);
      return;
    }
    this.manifests.push(path);
    const manifest = readManifest(path);
    this.addParts(manifest, posix.dirname(path));
    for (const part of Object.values(manifest.platforms ?? {})) this.addParts(part, posix.dirname(path));
  }

  private addParts(manifest: Manifest, folder: string): void {
    for (const included of [manifest.include ?? []].flat()) {
      if (!included.startsWith("$")) this.add(posix.join(folder, included));
    }
    for (const [name, sources] of Object.entries(manifest.modules ?? {})) {
      for (const source of [sources].flat()) {
        if (!source.startsWith("$")) this.addModules(name, posix.join(folder, source));
      }
    }
    this.preloads.push(...(manifest.preload ?? []));
  }

  private addModules(name: string, source: string): void {
    const folder = posix.dirname(source);
    const stem = posix.basename(source);
    const files = exists(folder) ? readdirSync(posix.join(ROOT, folder)) : [];
    const found = files.filter((file) => {
      if (file.endsWith(".d.ts") || !/\.(ts|c)$/.test(file)) return false;
      return stem === "*" || file.replace(/\.(ts|c)$/, "") === stem;
    });
    if (found.length === 0) this.missing.push(source);
    for (const file of found) {
      const path = posix.join(folder, file);
      if (file.endsWith(".c")) this.cFiles.add(path);
      else this.modules.set(name.replace("*", posix.basename(file, ".ts")), path);
    }
  }
}

/** @returns the names of the modules that a file imports, as XS makes them: relative to the importer, without ".js". */
export function importsOf(name: string, path: string): string[] {
  const specifiers = [...readText(path).matchAll(/\bfrom "([^"]+)"/g)].map((match) => match[1] as string);
  return specifiers.map((specifier) => posix.join(posix.dirname(name), specifier).replace(/\.js$/, ""));
}
