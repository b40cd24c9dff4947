import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import test from "ava";
import { listLoaded, listModules, SOURCES } from "../../support/xs-modules.js";

/** What runs on a card whatever it stands on: the protocol and what it is made of. */
const PROTOCOL = /^firmware\/(main|(wire|card|ports|storage)\/[^/]+)$/;

/** @returns the protocol's modules of a manifest: their names, with their files from the project's folder on. */
function protocolOf(manifest: string): Record<string, string> {
  const modules = [...listModules(join(SOURCES, manifest))].filter(([name]) => PROTOCOL.test(name));
  return Object.fromEntries(modules.map(([name, path]) => [name, relative(SOURCES, `${path}.ts`)]).sort());
}

/** Manifests of boards that run the firmware; what the emulated boards run is built from one of them. */
const boards = readdirSync(join(SOURCES, "boards"))
  .map((board) => `boards/${board}/manifest.json`)
  .filter((manifest) => existsSync(join(SOURCES, manifest)))
  .filter((manifest) => readFileSync(join(SOURCES, manifest), "utf8").includes("firmware/manifest.json"));

test("every board's firmware has the protocol in the same modules, from the same files", (t) => {
  const expected = protocolOf("firmware/manifest.json");
  t.true(Object.keys(expected).length > 30);
  t.true(boards.length > 0);
  for (const manifest of boards) t.deepEqual(protocolOf(manifest), expected, manifest);
});

/** What a board has and the rig does not load, and why. */
const NOT_LOADED = new Map([
  ["firmware/ports/frame-port", "an interface: there is nothing to run"],
  ["firmware/storage/memory-record-store", "of the self test, which has no flash"],
]);

test("what the rig loads in XS of the protocol is what is on every board, no module more or less", async (t) => {
  const loaded = (await listLoaded(t)).filter((name) => PROTOCOL.test(name));
  t.true(loaded.length > 20);
  const expected = [...loaded, ...NOT_LOADED.keys()].sort();
  for (const manifest of boards) t.deepEqual(Object.keys(protocolOf(manifest)), expected, manifest);
});
