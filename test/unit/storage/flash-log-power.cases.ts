import { cutPowerEverywhere } from "../../support/power-cuts.js";
import type { UnitCase } from "../../support/unit-case.js";

/** Short forms, for both engines. `test/storage/flash-log-power.test.ts` runs the long ones. */
export const flashLogPowerCases: readonly UnitCase[] = [2, 3].map((sectorCount) => ({
  title: `outlives a power cut at every byte of every program and in every erase, with ${sectorCount} sectors`,
  run(t) {
    const count = cutPowerEverywhere(t, {
      sectorCount,
      pagesPerSector: 8,
      writes: sectorCount * 10,
      rebootEvery: 7,
      seed: sectorCount,
    });
    t.true(count.laps >= 1, `laps ${count.laps}`);
    t.true(count.programCuts > 1000, `program cuts ${count.programCuts}`);
    t.true(count.eraseCuts >= 6, `erase cuts ${count.eraseCuts}`);
  },
}));
