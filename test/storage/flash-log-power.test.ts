import test from "ava";
import { cutPowerEverywhere } from "../support/power-cuts.js";
import { runFaults } from "../unit/storage/flash-log-faults.cases.js";

for (const { sectorCount, pagesPerSector, writes } of [
  { sectorCount: 2, pagesPerSector: 8, writes: 200 },
  { sectorCount: 3, pagesPerSector: 8, writes: 200 },
  { sectorCount: 2, pagesPerSector: 16, writes: 200 },
  { sectorCount: 5, pagesPerSector: 8, writes: 200 },
]) {
  test(`${writes} writes, power cut everywhere, ${sectorCount} sectors of ${pagesPerSector} pages`, (t) => {
    const count = cutPowerEverywhere(t, {
      sectorCount,
      pagesPerSector,
      writes,
      rebootEvery: 9,
      seed: writes,
    });
    t.log(`${count.programCuts} cuts in programs, ${count.eraseCuts} in erases, ${count.laps} laps`);
    t.true(count.laps >= 4);
  });
}

test("2,000 seeds of power cuts in a row, failing programs and bit flips", (t) => {
  t.deepEqual(runFaults(2000, 120), []);
});
