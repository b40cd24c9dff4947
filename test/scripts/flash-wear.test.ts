import { readFileSync } from "node:fs";
import test from "ava";
import { PersistentState } from "../../firmware/card/persistent-state.js";
import { FlashLog } from "../../firmware/storage/flash-log.js";
import {
  ERASES_GUARANTEED,
  erasesPerSector,
  FULL_SPEED,
  layoutSum,
  minutesInRole,
  pagesProgrammed,
  recordBytes,
  sectorsNeeded,
  sectorsOfAnyLayout,
  wearTables,
  yearsOfLife,
} from "../../scripts/flash-wear.js";
import { FailingRecordStore } from "../support/failing-record-store.js";
import { makeFlash, writeValue } from "../support/flash-bench.js";
import { memberList } from "../support/member-lists.js";

const QUIET = { years: 10, fullSpeedShare: 0, secondsAMove: 4, viewChangesADay: 0, bootsADay: 0 };

test("counts moves, view changes and boots", (t) => {
  t.is(pagesProgrammed(QUIET), 0);
  t.is(pagesProgrammed({ ...QUIET, fullSpeedShare: 1 }), 78_894_000);
  t.is(pagesProgrammed({ ...QUIET, fullSpeedShare: 0.5, secondsAMove: 8 }), 19_723_500);
  t.is(pagesProgrammed({ ...QUIET, viewChangesADay: 1 }), 3652.5 * 17);
  t.is(pagesProgrammed({ ...QUIET, bootsADay: 1 }), 3652.5 * 2);
});

test("shares the pages among the sectors, as a log that is run does", (t) => {
  t.is(erasesPerSector({ ...QUIET, fullSpeedShare: 1 }, 16, 8), 78_894_000 / 16 / 8);
  const flash = makeFlash(3, 8);
  const log = new FlashLog(flash);
  const pages = 2400;
  for (let value = 1; value < pages; value += 1) {
    if (log.freeWrites === 0) log.eraseOne();
    t.true(writeValue(log, value));
  }
  for (const erases of flash.erasesOfSector) t.true(Math.abs(erases - pages / 8 / 3) <= 1);
});

test("ten years at full speed last with the largest log, and the sum of sectors needed is the least", (t) => {
  const needed = sectorsNeeded(FULL_SPEED, 16) ?? 0;
  t.true(needed > 8 && needed <= 64);
  t.true(erasesPerSector(FULL_SPEED, 16, needed) <= ERASES_GUARANTEED);
  t.true(erasesPerSector(FULL_SPEED, 16, needed - 1) > ERASES_GUARANTEED);
  t.true(yearsOfLife(FULL_SPEED, 16, needed) >= 10);
  t.true(yearsOfLife(FULL_SPEED, 16, needed - 1) < 10);
  t.is(sectorsNeeded({ ...FULL_SPEED, secondsAMove: 1 }, 16), undefined);
  t.is(minutesInRole(FULL_SPEED, 16, 2), (8 * 4) / 60);
});

/** The formatter pads cells and rules; what they say is the same. */
function withoutPadding(markdown: string): string {
  return markdown.replace(/ *\| */g, "|").replace(/-{3,}/g, "---");
}

test("docs/flash.md shows these tables", (t) => {
  const document = readFileSync(new URL("../../../docs/flash.md", import.meta.url), "utf8");
  const shown = withoutPadding(document);
  t.true(
    shown.includes(withoutPadding(wearTables())),
    "run node dist/scripts/flash-wear.js and put its tables into docs/flash.md",
  );
});

test("the sum for other layouts counts records as long as a card writes them, and the page shows it", (t) => {
  for (const count of [1, 3, 10]) {
    const storage = new FailingRecordStore();
    const state = new PersistentState(storage);
    state.members.copy(memberList(Array.from({ length: count }, (_, index) => [index + 1, 1] as const)));
    t.true(state.save());
    t.is(storage.length, recordBytes(count));
  }
  // With header and CRC, records of 4,080 bytes fill a sector each: 7,305 and 78,894,000 of them.
  t.is(sectorsOfAnyLayout({ ...QUIET, bootsADay: 1 }, 4080, 4096), 1);
  t.is(sectorsOfAnyLayout({ ...QUIET, fullSpeedShare: 1 }, 4080, 4096), 789);
  const page = readFileSync(new URL("../../../docs/flash.md", import.meta.url), "utf8").replace(/\s+/g, " ");
  t.true(page.includes(layoutSum()), layoutSum());
});
