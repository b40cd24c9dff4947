import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { FileFlash, FileFlashError } from "../../../boards/virtual/file-flash.js";
import { FlashLog } from "../../../firmware/storage/flash-log.js";
import { BLANK, geometryOf, losesPower, readValue, writeValue } from "../../support/flash-bench.js";
import { Random } from "../../support/random.js";

const GEOMETRY = geometryOf(3, 8);
const SIZE = GEOMETRY.sectorBytes * GEOMETRY.sectorCount;
const folder = mkdtempSync(join(tmpdir(), "seqcard-flash-"));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

function open(name: string, seed = 1): FileFlash {
  const random = new Random(seed);
  return new FileFlash(join(folder, name), GEOMETRY, () => random.next() / 0x1_0000_0000);
}

test("makes a blank file, also where an empty one or no folder is there", (t) => {
  writeFileSync(join(folder, "empty"), "");
  for (const name of ["fresh", "empty", "below/that/fresh"]) {
    const flash = open(name);
    t.is(readValue(new FlashLog(flash)), BLANK);
    flash.close();
    const bytes = readFileSync(join(folder, name));
    t.is(bytes.length, SIZE);
    t.true(bytes.every((byte) => byte === 0xff));
  }
});

test("keeps the newest record over processes, through all sectors", (t) => {
  for (let value = 1; value <= 60; value += 1) {
    const flash = open("laps");
    const log = new FlashLog(flash);
    t.is(readValue(log), value === 1 ? BLANK : value - 1);
    while (log.needsErase) t.true(log.eraseOne());
    t.true(writeValue(log, value));
    flash.close();
  }
});

test("holds what a power cut left, at any byte, for the next process", (t) => {
  let acknowledged = 0;
  const random = new Random(5);
  for (let value = 1; value <= 40; value += 1) {
    const flash = open("cut", value);
    const log = new FlashLog(flash);
    if (value > 1) {
      acknowledged = readValue(log);
      t.true(
        acknowledged === value - 1 || acknowledged === value - 2,
        `value ${value}: read ${acknowledged}`,
      );
    }
    if (log.freeWrites === 0) log.eraseOne();
    if (value % 2 === 0) flash.cutPower({ afterBytes: random.below(256), scattered: value % 4 === 0 });
    const cut = losesPower(() => t.true(writeValue(log, value)));
    t.is(cut, value % 2 === 0);
    if (cut) t.true(losesPower(() => flash.erase(0)));
    flash.close();
  }
  t.true(acknowledged >= 38);
});

test("refuses a file of another size and leaves it alone", (t) => {
  const path = join(folder, "other");
  writeFileSync(path, "not a flash");
  const error = t.throws(() => open("other"), { instanceOf: FileFlashError });
  t.is(error?.code, "FLASH_FILE_SIZE");
  t.regex(String(error?.message), /11 bytes and the flash 6144/);
  t.is(statSync(path).size, 11);
});

test("fails its writes once it is closed, and closes twice without harm", (t) => {
  const flash = open("closed");
  const log = new FlashLog(flash);
  t.true(writeValue(log, 1));
  flash.close();
  flash.close();
  t.false(writeValue(log, 2));
  t.is(readValue(log), 1);
  const again = open("closed");
  t.is(readValue(new FlashLog(again)), 1);
  again.close();
});
