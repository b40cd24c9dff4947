import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

const SOURCES = fileURLToPath(new URL("../../../host-bridge/page/", import.meta.url));
const COMPILED = fileURLToPath(new URL("../page/", import.meta.url));
const JAVASCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";

/** Everything that the page consists of, by its path. No other file is ever served. @throws Error where one is missing. */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const uplot = join(createRequire(import.meta.url).resolve("uplot"), "..");
  const files = new Map<string, PageFile>([
    ["/", file(join(SOURCES, "index.html"), "text/html; charset=utf-8")],
    ["/page.css", file(join(SOURCES, "page.css"), STYLE)],
    ["/icon.svg", file(join(SOURCES, "icon.svg"), "image/svg+xml")],
    ["/vendor/uplot.js", file(join(uplot, "uPlot.esm.js"), JAVASCRIPT)],
    ["/vendor/uplot.css", file(join(uplot, "uPlot.min.css"), STYLE)],
  ]);
  for (const name of readdirSync(COMPILED)) {
    if (name.endsWith(".js")) files.set(`/${name}`, file(join(COMPILED, name), JAVASCRIPT));
  }
  return files;
}

function file(path: string, type: string): PageFile {
  return { type, body: readFileSync(path) };
}
