import { FlashLog } from "../../../firmware/storage/flash-log.js";
import {
  MAX_RECORD_BYTES,
  RECORD_BLANK,
  RECORD_DAMAGED,
  RECORD_FOUND,
} from "../../../firmware/storage/record-store.js";
import { crc32 } from "../../../firmware/wire/crc32.js";
import {
  BLANK,
  DAMAGED,
  makeFlash,
  PAGE_BYTES,
  readValue,
  WatchedFlash,
  writeValue,
} from "../../support/flash-bench.js";
import type { UnitCase } from "../../support/unit-case.js";
import { flip, isPageBlank, PAGES, spoil, written } from "./flash-log-bench.js";

/** A flash that tells by itself what is erased, what it holds, and what the CRC of some bytes is, as that of a board does. */
class LookingFlash extends WatchedFlash {
  looks = 0;
  comparisons = 0;
  checksums = 0;

  holds(offset: number, expected: Uint8Array): boolean {
    this.comparisons += 1;
    const bytes = new Uint8Array(expected.length);
    return this.read(offset, bytes, bytes.length) && expected.every((byte, index) => byte === bytes[index]);
  }

  crc32(bytes: Uint8Array, length: number): number {
    this.checksums += 1;
    return crc32(bytes, length);
  }

  isErased(offset: number, length: number): boolean {
    this.looks += 1;
    const bytes = new Uint8Array(length);
    return this.read(offset, bytes, length) && bytes.every((byte) => byte === 0xff);
  }
}

export const flashLogCases: readonly UnitCase[] = [
  {
    title: "asks a flash that can tell what is erased and what it holds, and keeps the same log on it",
    run(t) {
      const plain = makeFlash(3, PAGES);
      const inner = makeFlash(3, PAGES);
      const flash = new LookingFlash(inner);
      for (let boot = 0; boot < 4; boot += 1) {
        const logs = [new FlashLog(plain), new FlashLog(flash)];
        for (const log of logs) t.is(readValue(log), boot === 0 ? BLANK : 2 * boot);
        for (const log of logs) t.true(writeValue(log, 2 * boot + 1) && writeValue(log, 2 * boot + 2));
        t.deepEqual(inner.bytes, plain.bytes);
      }
      t.true(flash.looks > 0);
      t.is(flash.comparisons, 2 + 3 * 3, "each record that was written, and nothing else");
      t.true(flash.checksums >= flash.comparisons);
      flip(inner, PAGE_BYTES * (3 * PAGES - 1), 1);
      t.is(readValue(new FlashLog(flash)), 8);
    },
  },
  {
    title: "takes the next page where a flash says that it does not hold what was programmed",
    run(t) {
      const inner = makeFlash(3, PAGES);
      const flash = new LookingFlash(inner);
      const log = new FlashLog(flash);
      t.true(writeValue(log, 1));
      inner.stickBits(2 * PAGE_BYTES + 255, 1);
      t.true(writeValue(log, 2));
      t.is(log.freeWrites, 3 * PAGES - 4);
      t.is(readValue(new FlashLog(inner)), 2);
    },
  },
  {
    title: "writes a record alike, whether its bytes end with it or not",
    run(t) {
      const flashes = [makeFlash(2, PAGES), makeFlash(2, PAGES)] as const;
      const record = new Uint8Array(MAX_RECORD_BYTES).fill(9);
      t.true(new FlashLog(flashes[0]).write(record, 5));
      t.true(new FlashLog(flashes[1]).write(record.slice(0, 5), 5));
      t.deepEqual(flashes[0].bytes, flashes[1].bytes);
      const into = new Uint8Array(MAX_RECORD_BYTES).fill(7);
      const log = new FlashLog(flashes[0]);
      t.true(log.write(record, 3));
      t.is(log.read(into), RECORD_FOUND);
      t.deepEqual([...into.subarray(0, 5)], [9, 9, 9, 0, 0]);
    },
  },
  {
    title:
      "tells how many writes are left, and what could be erased, at each step, whatever was written, erased or is bad",
    run(t) {
      const sectorCount = 5;
      const steps = 2 * sectorCount * PAGES;
      for (const badSector of [-1, 2]) {
        for (let prefix = 0; prefix < steps; prefix += 3) {
          const flash = makeFlash(sectorCount, PAGES);
          flash.failures = { erase: (offset) => offset === badSector * flash.sectorBytes };
          const log = new FlashLog(flash);
          for (let step = 0; step < prefix; step += 1) {
            if (step % 11 === 10) log.eraseOne();
            else writeValue(log, step);
          }
          const { freeWrites, needsErase } = log;
          const isErased = needsErase && log.eraseOne();
          if (isErased) t.is(log.freeWrites, freeWrites + PAGES);
          let writes = 0;
          while (writeValue(log, 1000 + writes)) writes += 1;
          t.is(writes, freeWrites + (isErased ? PAGES : 0), `behind ${prefix} steps`);
        }
      }
    },
  },
  {
    title: "is blank on a flash where every byte is 0xff, and changes nothing of it",
    run(t) {
      const flash = makeFlash(3, PAGES);
      const log = new FlashLog(flash);
      const into = new Uint8Array(MAX_RECORD_BYTES).fill(7);
      t.is(log.read(into), RECORD_BLANK);
      t.true(into.every((byte) => byte === 7));
      t.is(log.freeWrites, 3 * PAGES - 1);
      t.false(log.needsErase);
      t.false(log.eraseOne());
      t.is(flash.programs, 0);
      t.is(Math.max(...flash.erasesOfSector), 0);
    },
  },
  {
    title:
      "gives back the newest record with zeros behind it, now and after a reboot, and keeps its own copy",
    run(t) {
      const flash = makeFlash(2, PAGES);
      const log = new FlashLog(flash);
      t.true(log.write(new Uint8Array(MAX_RECORD_BYTES).fill(0xaa), MAX_RECORD_BYTES));
      const bytes = Uint8Array.of(1, 2, 3, 4);
      t.true(log.write(bytes, 3));
      bytes[0] = 9;
      const expected = [1, 2, 3, ...new Array(MAX_RECORD_BYTES - 3).fill(0)];
      for (const reader of [log, log, new FlashLog(flash), new FlashLog(flash)]) {
        const into = new Uint8Array(MAX_RECORD_BYTES).fill(7);
        t.is(reader.read(into), RECORD_FOUND);
        t.deepEqual([...into], expected);
      }
      t.is(log.upkeep, log);
    },
  },
  {
    title: "refuses a record that is too long, and the earlier one still stands",
    run(t) {
      const flash = makeFlash(2, PAGES);
      const log = written(flash, 1);
      t.false(log.write(new Uint8Array(MAX_RECORD_BYTES + 1), MAX_RECORD_BYTES + 1));
      t.is(readValue(log), 1);
      t.is(readValue(new FlashLog(flash)), 1);
    },
  },
  {
    title: "never erases while it writes: it says how many writes are left, and when none is",
    run(t) {
      const flash = makeFlash(2, PAGES);
      const log = written(flash, 7);
      for (let left = log.freeWrites; left > 0; left -= 1) {
        t.is(log.freeWrites, left);
        t.true(writeValue(log, 100 - left));
      }
      t.is(log.freeWrites, 0);
      t.is(Math.max(...flash.erasesOfSector), 0);
      t.false(writeValue(log, 1000));
      t.is(readValue(log), 99);
      t.true(log.needsErase);
      t.true(log.eraseOne());
      t.false(log.needsErase);
      t.false(log.eraseOne());
      t.is(log.freeWrites, PAGES);
      t.true(writeValue(log, 1000));
      t.deepEqual([...flash.erasesOfSector], [1, 0]);
    },
  },
  {
    title: "wears all sectors alike, never erases the newest record, and never programs a page twice",
    run(t) {
      for (const sectorCount of [2, 3, 5, 64]) {
        const inner = makeFlash(sectorCount, PAGES);
        const flash = new WatchedFlash(inner);
        let newest = -1;
        const wrong: string[] = [];
        flash.onProgram = (offset) => {
          if (!isPageBlank(inner, offset / PAGE_BYTES)) wrong.push(`page at ${offset} programmed twice`);
          newest = offset;
        };
        flash.onErase = (offset) => {
          if (newest >= offset && newest < offset + inner.sectorBytes)
            wrong.push(`newest erased at ${offset}`);
        };
        const log = new FlashLog(flash);
        for (let value = 1; value <= sectorCount * PAGES * 3; value += 1) {
          if (!writeValue(log, value)) wrong.push(`value ${value} was not written`);
          if (log.needsErase) log.eraseOne();
        }
        t.deepEqual(wrong, []);
        const { erasesOfSector } = inner;
        t.true(Math.min(...erasesOfSector) >= 2);
        t.true(Math.max(...erasesOfSector) - Math.min(...erasesOfSector) <= 1);
      }
    },
  },
  {
    title: "is damaged where something was written and nothing whole is left, and then touches nothing",
    run(t) {
      for (const page of [0, 2 * PAGES - 1]) {
        const flash = makeFlash(2, PAGES);
        flip(flash, page * PAGE_BYTES + 200, 1);
        const before = flash.bytes.slice();
        const log = new FlashLog(flash);
        t.is(readValue(log), DAMAGED);
        t.false(writeValue(log, 1));
        t.is(log.freeWrites, 0);
        t.false(log.needsErase);
        t.false(log.eraseOne());
        t.deepEqual(flash.bytes, before);
      }
      t.is(RECORD_DAMAGED, -1);
    },
  },
  {
    title: "finds the newest record though a bit of it, or all of one copy, has changed",
    run(t) {
      const flash = makeFlash(2, PAGES);
      written(flash, 5);
      const page = 5 * PAGE_BYTES;
      for (let offset = page; offset < page + PAGE_BYTES; offset += 3) {
        const changed = flash.clone();
        flip(changed, offset, 1 << (offset & 7));
        t.is(readValue(new FlashLog(changed)), 5, `byte ${offset}`);
      }
      for (const copy of [0, PAGE_BYTES / 2]) {
        const changed = flash.clone();
        changed.bytes.fill(0x55, page + copy, page + copy + PAGE_BYTES / 2);
        t.is(readValue(new FlashLog(changed)), 5);
      }
      flip(flash, page + 14, 1);
      flip(flash, page + 14 + PAGE_BYTES / 2, 1);
      t.is(readValue(new FlashLog(flash)), 4);
    },
  },
  {
    title: "is not misled by a header that says a higher number than its record has",
    run(t) {
      const flash = makeFlash(2, PAGES);
      written(flash, 5);
      for (const page of [1, 3, 5]) flip(flash, page * PAGE_BYTES + 9, 0x40);
      t.is(readValue(new FlashLog(flash)), 5);
    },
  },
  {
    title:
      "writes the record it finds once more, behind a page that it gives up, before anybody relies on it",
    run(t) {
      const flash = makeFlash(2, PAGES);
      written(flash, 2);
      t.is(readValue(new FlashLog(flash)), 2);
      t.is(flash.bytes[3 * PAGE_BYTES], 0);
      t.is(flash.bytes[3 * PAGE_BYTES + 255], 0);
      flash.bytes.fill(0x11, 2 * PAGE_BYTES, 3 * PAGE_BYTES);
      t.is(readValue(new FlashLog(flash)), 2);
    },
  },
  {
    title: "goes to a page behind everything that was begun, in the next sector too",
    run(t) {
      const flash = makeFlash(3, PAGES);
      written(flash, 5);
      spoil(flash, PAGES + 2);
      const log = new FlashLog(flash);
      t.is(readValue(log), 5);
      t.true(isPageBlank(flash, 6));
      t.true(isPageBlank(flash, PAGES));
      t.is(flash.bytes[(PAGES + 3) * PAGE_BYTES], 0);
      t.is(log.freeWrites, PAGES - 5 + PAGES);
      t.true(writeValue(log, 6));
      t.is(readValue(new FlashLog(flash)), 6);
    },
  },
  {
    title: "starts the other sector again when everything in it is spoiled",
    run(t) {
      const flash = makeFlash(2, PAGES);
      written(flash, 7);
      for (let page = PAGES; page < 2 * PAGES; page += 1) spoil(flash, page);
      const log = new FlashLog(flash);
      t.is(readValue(log), 7);
      t.deepEqual([...flash.erasesOfSector], [1, 1]);
      t.true(writeValue(log, 8));
      t.is(readValue(new FlashLog(flash)), 8);
    },
  },
  {
    title: "erases at boot where there is no room for what a boot writes, and a few writes more",
    run(t) {
      const flash = makeFlash(2, PAGES);
      written(flash, 15);
      const log = new FlashLog(flash);
      t.is(readValue(log), 15);
      t.deepEqual([...flash.erasesOfSector], [1, 1]);
      t.is(log.freeWrites, 6 + PAGES);
    },
  },
  {
    title: "trusts no blank sector whose erase nothing tells of",
    run(t) {
      const flash = makeFlash(3, PAGES);
      const log = written(flash, 3 * PAGES - 1);
      t.true(log.eraseOne());
      // Power fails before any record could say so.
      const next = new FlashLog(flash);
      t.is(readValue(next), 3 * PAGES - 1);
      t.is(flash.erasesOfSector[0], 2);
    },
  },
  {
    title: "mounts by itself, whichever call comes first",
    run(t) {
      const flash = makeFlash(2, PAGES);
      written(flash, 3);
      t.true(writeValue(new FlashLog(flash), 4));
      t.true(new FlashLog(flash).freeWrites > 0);
      t.false(new FlashLog(flash).needsErase);
      t.is(readValue(new FlashLog(flash)), 4);
      t.is(readValue(new FlashLog(makeFlash(2, PAGES))), BLANK);
    },
  },
];
