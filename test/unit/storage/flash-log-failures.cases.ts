import { FlashLog } from "../../../firmware/storage/flash-log.js";
import { LAST_SEQUENCE, RecordCopy } from "../../../firmware/storage/record-copy.js";
import { MAX_RECORD_BYTES, RECORD_FOUND } from "../../../firmware/storage/record-store.js";
import {
  DAMAGED,
  makeFlash,
  PAGE_BYTES,
  readValue,
  WatchedFlash,
  writeValue,
} from "../../support/flash-bench.js";
import type { UnitCase } from "../../support/unit-case.js";
import { isPageBlank, PAGES, written } from "./flash-log-bench.js";

/** A flash that does not do as it is told, or is at its end. */
export const flashLogFailuresCases: readonly UnitCase[] = [
  {
    title: "takes the next page where one fails, is not blank, or cannot be read",
    run(t) {
      const flash = makeFlash(2, PAGES);
      const log = written(flash, 1);
      let failures = 2;
      flash.failures = { program: () => failures-- > 0 };
      t.true(writeValue(log, 2));
      flash.failures = {};
      flash.stickBits(5 * PAGE_BYTES + 14, 0xff);
      t.true(writeValue(log, 3));
      t.false(isPageBlank(flash, 6));
      failures = 1;
      flash.failures = { read: (offset) => offset === 7 * PAGE_BYTES && failures-- > 0 };
      t.true(writeValue(log, 4));
      t.true(isPageBlank(flash, 7));
      failures = 2;
      flash.failures = { read: (offset) => offset === 9 * PAGE_BYTES && --failures === 0 };
      t.true(writeValue(log, 5));
      t.false(isPageBlank(flash, 10));
      t.is(readValue(new FlashLog(flash)), 5);
    },
  },
  {
    title: "reads back what it programs, and takes the next page where that is not what it should be",
    run(t) {
      const inner = makeFlash(2, PAGES);
      const flash = new WatchedFlash(inner);
      const log = new FlashLog(flash);
      t.true(writeValue(log, 1));
      const pages: number[] = [];
      flash.onProgram = (offset) => {
        if (pages.length === 0) inner.stickBits(offset + 255, 1);
        pages.push(offset / PAGE_BYTES);
      };
      t.true(writeValue(log, 2));
      t.deepEqual(pages, [2, 3]);
      t.is(readValue(new FlashLog(inner)), 2);
    },
  },
  {
    title: "gives up after four pages, and the earlier record stands",
    run(t) {
      const flash = makeFlash(3, PAGES);
      const log = written(flash, 1);
      let asked = 0;
      flash.failures = {
        program: () => {
          asked += 1;
          return true;
        },
      };
      t.false(writeValue(log, 2));
      t.is(asked, 4);
      t.is(readValue(log), 1);
    },
  },
  {
    title: "keeps the sector of the newest record also where the next one has taken nothing",
    run(t) {
      const flash = makeFlash(2, PAGES);
      const log = written(flash, 7);
      flash.failures = { program: () => true };
      t.false(writeValue(log, 8));
      flash.failures = {};
      t.false(log.needsErase);
      t.false(log.eraseOne());
      // A page that failed may hold its record all the same.
      t.true([7, 8].includes(readValue(new FlashLog(flash))));
    },
  },
  {
    title: "is damaged while the flash cannot be read or takes nothing, and loses nothing by it",
    run(t) {
      const flash = makeFlash(2, PAGES);
      written(flash, 3);
      for (const offset of [0, 3 * PAGE_BYTES, 12 * PAGE_BYTES]) {
        flash.failures = { read: (at) => at === offset };
        t.is(readValue(new FlashLog(flash)), DAMAGED);
      }
      flash.failures = { read: () => true };
      t.is(readValue(new FlashLog(flash)), DAMAGED);
      flash.failures = { program: () => true };
      t.is(readValue(new FlashLog(flash)), DAMAGED);
      flash.failures = {};
      t.is(readValue(new FlashLog(flash)), 3);
    },
  },
  {
    title: "leaves a sector alone that cannot be erased, or does not come out blank",
    run(t) {
      const flash = makeFlash(4, PAGES);
      const log = written(flash, 4 * PAGES - 1);
      flash.failures = { erase: (offset) => offset === 0 };
      flash.stickBits(flash.sectorBytes + 77, 4);
      t.false(log.eraseOne());
      t.false(log.eraseOne());
      t.is(log.freeWrites, 0);
      t.true(log.eraseOne());
      t.false(log.needsErase);
      t.is(log.freeWrites, PAGES);
      t.true(writeValue(log, 500));
      t.is(readValue(new FlashLog(flash)), 500);
      t.deepEqual([...flash.erasesOfSector.subarray(0, 3)], [1, 1, 1]);
    },
  },
  {
    title: "is damaged where the record that it found cannot be written once more for want of a good sector",
    run(t) {
      const flash = makeFlash(2, PAGES);
      written(flash, 15);
      flash.failures = { erase: () => true };
      t.is(readValue(new FlashLog(flash)), DAMAGED);
      flash.failures = {};
      t.is(readValue(new FlashLog(flash)), 15);
    },
  },
  {
    title: "stops at the last sequence number and does not begin again",
    run(t) {
      const flash = makeFlash(2, PAGES);
      const copy = new RecordCopy(PAGE_BYTES / 2);
      copy.encode(LAST_SEQUENCE - 3, 1, new Uint8Array(4), 4);
      const page = new Uint8Array(PAGE_BYTES);
      page.set(copy.bytes);
      page.set(copy.bytes, PAGE_BYTES / 2);
      flash.program(0, page);
      const log = new FlashLog(flash);
      t.is(log.read(new Uint8Array(MAX_RECORD_BYTES)), RECORD_FOUND);
      t.true(writeValue(log, 9));
      t.false(writeValue(log, 10));
      t.is(readValue(log), 9);
    },
  },
];
