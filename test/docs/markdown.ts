import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder, seen from the compiled file. */
export const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));

/** A page of the documentation. */
export interface Page {
  /** From the project's folder, such as `docs/rig.md`. */
  readonly path: string;
  readonly text: string;
}

/** README.md and every page in docs/. */
export function readPages(): Page[] {
  const names = readdirSync(join(PROJECT, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", ...names.map((name) => `docs/${name}`)].map(readPage);
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(PROJECT, path), "utf8") };
}

/** The insides of fenced blocks of that language ("" for those without one). */
export function fencedBlocks({ text }: Page, language: string): string[] {
  return [...text.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)]
    .filter(([, info]) => (info ?? "").split(" ")[0] === language)
    .map(([, , inside]) => inside ?? "");
}

/** All code, in fences and in lines: what a reader may type. */
export function codeOf(page: Page): string[] {
  const fenced = [...page.text.matchAll(/^```[^\n]*\n([\s\S]*?)^```$/gm)].map(([, inside]) => inside ?? "");
  return [...fenced, ...[...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, inside]) => inside ?? "")];
}

/** @returns the targets of links and pictures that do not leave the project. */
export function relativeLinks(page: Page): string[] {
  const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** @returns what is wrong with a link of `page`, or null. */
export function brokenLink(page: Page, target: string): string | null {
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? page.path : relative(PROJECT, join(PROJECT, dirname(page.path), file));
  if (!existsSync(join(PROJECT, path))) return `${page.path}: no file ${target}`;
  if (anchor === undefined || !path.endsWith(".md")) return null;
  return anchorsOf(readPage(path)).has(anchor) ? null : `${page.path}: no heading #${anchor} in ${path}`;
}

/** @returns paths of files or folders of this project that stand in code, such as `firmware/main.ts`. */
export function namedPaths(page: Page): string[] {
  const tops = ["firmware", "host-bridge", "boards", "scripts", "test", "docs"];
  return codeOf(page).filter(
    (code) => tops.includes(code.split("/")[0] ?? "") && /^[\w.-]+(\/[\w.-]+)+\/?$/.test(code),
  );
}

/** Modules are also named as the engine knows them: compiled, or without an ending. */
export function isNamedRightly(path: string): boolean {
  return [path, `${path}.ts`, path.replace(/\.js$/, ".ts")].some((name) => existsSync(join(PROJECT, name)));
}

function proseOf({ text }: Page): string {
  return text.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, "");
}

/** Anchors as GitHub makes them of headings. */
function anchorsOf(page: Page): Set<string> {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading ?? "");
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replace(/\s/g, "-"),
    ),
  );
}
