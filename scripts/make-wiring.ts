/** Writes docs/wiring/ anew: node dist/scripts/make-wiring.js. A test compares it with the boards' pins. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { wiringDrawings } from "./wiring/drawings.js";

const folder = fileURLToPath(new URL("../../docs/wiring/", import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, svg] of wiringDrawings()) writeFileSync(`${folder}${name}.svg`, svg);
