#!/usr/bin/env node
// The bin: starts the compiled command line, and says what to do where it was never compiled.
import { existsSync } from "node:fs";

const compiled = new URL("../dist/scripts/seqcard.js", import.meta.url);
if (existsSync(compiled)) {
  await import(compiled.href);
} else {
  process.stderr.write("seqcard: NOT_BUILT: there is no dist folder; run `npm run build` first\n");
  process.exitCode = 1;
}
