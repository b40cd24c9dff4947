import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { findProgram, versionedBinDirectories } from "../../../scripts/processes/find-program.js";

function scratch(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), "seqcard-find-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return directory;
}

test("a program is found on the path first, then where else it may be", (t) => {
  const here = scratch(t);
  const there = scratch(t);
  writeFileSync(join(there, "server"), "", { mode: 0o755 });
  t.is(findProgram("server", [there], here), join(there, "server"));
  writeFileSync(join(here, "server"), "", { mode: 0o755 });
  t.is(findProgram("server", [there], `:${here}`), join(here, "server"));
});

test("what is not there, not executable or a directory is not found", (t) => {
  const here = scratch(t);
  writeFileSync(join(here, "text"), "", { mode: 0o644 });
  mkdirSync(join(here, "folder"));
  for (const name of ["nothing", "text", "folder"]) t.is(findProgram(name, [], here), undefined);
});

test("of several versions the highest comes first, as a number", (t) => {
  const parent = scratch(t);
  for (const name of ["9.6", "15", "common", "101"])
    mkdirSync(join(parent, name, "bin"), { recursive: true });
  t.deepEqual(
    versionedBinDirectories(parent),
    ["101", "15", "9.6"].map((name) => join(parent, name, "bin")),
  );
  t.deepEqual(versionedBinDirectories(join(parent, "nowhere")), []);
});
