import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import {
  brokenLink,
  codeOf,
  isNamedRightly,
  namedPaths,
  PROJECT,
  readPages,
  relativeLinks,
} from "./markdown.js";

const pages = readPages();

/** The commands that `seqcard ...args --help` lists. */
function commandsOf(...args: readonly string[]): Set<string> {
  const help = execFileSync(process.execPath, [join(PROJECT, "scripts/seqcard.mjs"), ...args, "--help"], {
    encoding: "utf8",
  });
  const list = /^Commands:\n([\s\S]*?)\n\n/m.exec(help)?.[1] ?? "";
  return new Set([...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name as string));
}

test("every link of the documentation leads to a file, and to a heading where it names one", (t) => {
  const links = pages.flatMap((page) => relativeLinks(page).map((target) => ({ page, target })));
  t.true(links.length > 30);
  t.deepEqual(
    links.map(({ page, target }) => brokenLink(page, target)).filter((wrong) => wrong !== null),
    [],
  );
});

test("every file that the documentation names is there", (t) => {
  const named = pages.flatMap((page) => namedPaths(page).map((path) => ({ page: page.path, path })));
  t.true(named.length > 30);
  t.deepEqual(
    named.filter(({ path }) => !isNamedRightly(path)),
    [],
  );
});

test("every npm script that the documentation names is there", (t) => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));
  const named = pages.flatMap((page) =>
    codeOf(page).flatMap((code) =>
      [...code.matchAll(/\bnpm (?:run (?:-s )?)?([a-z]+)/g)].map(([, name]) => name as string),
    ),
  );
  t.true(named.includes("start") && named.includes("bench"));
  t.deepEqual(
    named.filter((name) => !(name in scripts) && name !== "ci" && name !== "install"),
    [],
  );
});

test("every command of seqcard that the documentation names is there", (t) => {
  const commands = commandsOf();
  const rigCommands = commandsOf("rig");
  t.true(commands.has("next") && rigCommands.has("kill"));
  const named = pages.flatMap((page) =>
    codeOf(page).flatMap((code) =>
      [...code.matchAll(/\bseqcard ([a-z]+)(?: ([a-z]+)\b)?/g)].map(([, first, second]) => [first, second]),
    ),
  );
  t.true(named.length > 20);
  t.deepEqual(
    named.filter(
      ([first, second]) =>
        !commands.has(first as string) ||
        (first === "rig" && second !== undefined && !rigCommands.has(second)),
    ),
    [],
  );
});

test("every command of seqcard is in the README", (t) => {
  const readme = codeOf(pages[0] as (typeof pages)[0]);
  const commands = [...commandsOf()].filter((name) => name !== "help");
  t.deepEqual(
    commands.filter((name) => !readme.some((code) => code.startsWith(`npx seqcard ${name}`))),
    [],
  );
});
