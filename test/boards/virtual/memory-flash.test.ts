import test from "ava";
import { type MemoryFlash, PowerCut } from "../../../boards/virtual/memory-flash.js";
import { losesPower, makeFlash, PAGE_BYTES } from "../../support/flash-bench.js";

function page(byte: number): Uint8Array {
  return new Uint8Array(PAGE_BYTES).fill(byte);
}

function bytesOf(flash: MemoryFlash, offset: number, length: number): number[] {
  return [...flash.bytes.subarray(offset, offset + length)];
}

test("programs only from 1 to 0, and erases a whole sector", (t) => {
  const flash = makeFlash(2, 8);
  t.true(flash.program(PAGE_BYTES, page(0xf0)));
  t.true(flash.program(PAGE_BYTES, page(0x3c)));
  t.deepEqual(bytesOf(flash, PAGE_BYTES - 1, 2), [0xff, 0x30]);
  t.true(flash.erase(0));
  t.true(flash.bytes.every((byte) => byte === 0xff));
  t.deepEqual([...flash.erasesOfSector], [1, 0]);
  t.is(flash.programs, 2);
});

test("a cut program has its first bytes, perhaps some bits of the next, and nothing behind them", (t) => {
  for (let afterBytes = 0; afterBytes <= PAGE_BYTES; afterBytes += 1) {
    const flash = makeFlash(2, 8);
    flash.cutPower({ afterBytes });
    t.throws(() => flash.program(0, page(0)), { instanceOf: PowerCut });
    t.true(flash.bytes.subarray(0, afterBytes).every((byte) => byte === 0));
    t.true(flash.bytes.subarray(afterBytes + 1).every((byte) => byte === 0xff));
  }
});

test("nothing works without power, and everything again with it", (t) => {
  const flash = makeFlash(2, 8);
  flash.cutPower({ afterBytes: PAGE_BYTES + 10 });
  t.true(flash.program(0, page(1)));
  for (const call of [
    () => flash.program(PAGE_BYTES, page(2)),
    () => flash.program(PAGE_BYTES, page(2)),
    () => flash.erase(0),
    () => flash.read(0, page(0), 1),
  ]) {
    t.true(losesPower(call));
  }
  flash.powerOn();
  t.true(flash.erase(0));
});

test("bits that power left on their way read otherwise after another boot, until the sector is erased", (t) => {
  const flash = makeFlash(2, 8);
  flash.cutPower({ afterBytes: 128, scattered: true });
  t.true(losesPower(() => flash.program(0, page(0))));
  const readings = new Set<string>();
  const boot = (): void => {
    flash.powerOn();
    readings.add(bytesOf(flash, 0, PAGE_BYTES).join());
  };
  for (let times = 0; times < 8; times += 1) boot();
  t.true(readings.size > 2);
  readings.clear();
  flash.erase(0);
  for (let times = 0; times < 8; times += 1) boot();
  t.is(readings.size, 1);
});

test("after a cut erase even what looks erased, and what is programmed there, is uncertain", (t) => {
  const flash = makeFlash(2, 8);
  flash.cutPower({ afterBytes: flash.sectorBytes - 1 });
  t.true(losesPower(() => flash.erase(0)));
  flash.powerOn();
  flash.bytes.fill(0xff);
  flash.program(0, page(0xaa));
  const readings = new Set<string>();
  for (let times = 0; times < 8; times += 1) {
    flash.powerOn();
    readings.add(bytesOf(flash, 0, 4).join());
    t.true(bytesOf(flash, 0, PAGE_BYTES).every((byte) => (byte & 0x55) === 0));
  }
  t.true(readings.size > 1);
});

test("calls fail, and bits stick, where they are told to", (t) => {
  const flash = makeFlash(2, 8);
  flash.stickBits(3, 0x81);
  flash.erase(0);
  t.deepEqual(bytesOf(flash, 2, 3), [0xff, 0x7e, 0xff]);
  t.deepEqual(bytesOf(flash.clone(), 2, 3), [0xff, 0x7e, 0xff]);
  flash.failures = { read: () => true, program: () => true, erase: () => true };
  t.false(flash.read(0, page(0), 1));
  t.false(flash.program(0, page(0)));
  t.false(flash.erase(0));
});

test("a call outside the flash, or across a page or sector, is a mistake", (t) => {
  const flash = makeFlash(2, 8);
  for (const call of [
    () => flash.read(-1, page(0), 1),
    () => flash.read(flash.bytes.length, page(0), 1),
    () => flash.program(1, page(0)),
    () => flash.program(flash.bytes.length, page(0)),
    () => flash.erase(PAGE_BYTES),
  ]) {
    t.throws(call, { instanceOf: RangeError });
  }
});
