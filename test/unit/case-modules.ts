import type { CaseModule } from "../support/unit-case.js";
import { crc32Cases } from "./wire/crc32.cases.js";

/** Every `*.cases.ts` file. `node.test.ts` fails where one is missing. */
export const CASE_MODULES: readonly CaseModule[] = [{ name: "wire/crc32", cases: crc32Cases }];
