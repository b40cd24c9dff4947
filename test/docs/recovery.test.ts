import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { fabricState } from "../../host-bridge/refusals.js";
import { PROJECT, readPage } from "./markdown.js";

const page = readPage("docs/recovery.md").text;

/** First cells of the tables under a heading, without what is not code in them. */
function firstCellsUnder(heading: string): string[] {
  const section = page.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? "";
  const cells = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? ""));
}

test("docs/recovery.md says what to do for every state that a card can tell, and for no other", (t) => {
  const codes = Array.from({ length: 256 }, (_, code) => code);
  // A count that is not given is the caller's error and no state of a card.
  const states = new Set(codes.map(fabricState));
  t.deepEqual(firstCellsUnder("States").sort(), ["state", ...states].sort());
});

test("docs/recovery.md explains every error code, and no other", (t) => {
  const source = readFileSync(join(PROJECT, "host-bridge/errors.ts"), "utf8");
  const union = /export type SequenceErrorCode =([\s\S]*?);\n/.exec(source)?.[1] ?? "";
  const codes = [...union.matchAll(/\| "([A-Z_]+)"/g)].map(([, code]) => code as string);
  t.true(codes.length > 15);
  t.deepEqual(firstCellsUnder("Error codes").sort(), codes.sort());
});
