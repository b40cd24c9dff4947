import test from "ava";
import {
  FLASH_BYTES,
  FlashMemory,
  PAGE_BYTES,
  SECTOR_BYTES,
} from "../../../../boards/emulated/chip/flash-memory.js";
import { createRandom } from "../../../../boards/virtual/random.js";

const TIMES = { eraseUs: 100, programUs: 10 };
const ERASE_NANOS = 100_000;
const PROGRAM_NANOS = 10_000;

function makeFlash(changes: [number, number][] = []): FlashMemory {
  return new FlashMemory(TIMES, createRandom(3), (offset, length) => changes.push([offset, length]));
}

function page(value: number): Uint8Array {
  return new Uint8Array(PAGE_BYTES).fill(value);
}

test("programming clears bits, page by page in its time, and never sets one", (t) => {
  const changes: [number, number][] = [];
  const flash = makeFlash(changes);
  flash.program(256, Uint8Array.from([...page(0x0f), ...page(0x55)]), 1_000);
  t.true(flash.isBusy);
  flash.advance(1_000 + PROGRAM_NANOS - 1);
  t.is(flash.bytes[256], 0xff);
  flash.advance(1_000 + PROGRAM_NANOS);
  t.is(flash.bytes[256], 0x0f);
  t.is(flash.bytes[512], 0xff);
  t.is(flash.nextNanos, 1_000 + 2 * PROGRAM_NANOS);
  flash.advance(flash.nextNanos);
  t.is(flash.bytes[767], 0x55);
  t.false(flash.isBusy);
  t.is(flash.nextNanos, Number.POSITIVE_INFINITY);
  flash.program(256, page(0xf1), 1e6);
  flash.advance(2e6);
  t.is(flash.bytes[256], 0x01);
  t.deepEqual(changes, [
    [256, 256],
    [512, 256],
    [256, 256],
  ]);
  t.is(flash.programs, 3);
});

test("erasing sets a sector, and takes as long for each", (t) => {
  const flash = makeFlash();
  flash.bytes.fill(0, 0, 3 * SECTOR_BYTES);
  flash.erase(SECTOR_BYTES, 2 * SECTOR_BYTES, 0);
  flash.advance(ERASE_NANOS);
  t.is(flash.bytes[SECTOR_BYTES], 0xff);
  t.is(flash.bytes[2 * SECTOR_BYTES], 0);
  flash.advance(2 * ERASE_NANOS);
  t.is(flash.bytes[3 * SECTOR_BYTES - 1], 0xff);
  t.is(flash.bytes[0], 0);
  t.is(flash.erases, 2);
});

test("power that goes in a program leaves some of its bits, and none that was not to change", (t) => {
  const flash = makeFlash();
  flash.bytes.fill(0xf0, 0, PAGE_BYTES);
  flash.program(0, page(0x30), 0);
  flash.cutPower(PROGRAM_NANOS / 2);
  t.false(flash.isBusy);
  const kinds = new Set(flash.bytes.subarray(0, PAGE_BYTES));
  // Of the two bits that were to go, either, both or none has gone.
  t.deepEqual(
    [...kinds].sort((left, right) => left - right),
    [0x30, 0x70, 0xb0, 0xf0],
  );
  t.is(flash.bytes[PAGE_BYTES], 0xff);
});

test("power that goes in an erase leaves a mixture; units that were done stay done", (t) => {
  const flash = makeFlash();
  flash.bytes.fill(0, 0, 2 * SECTOR_BYTES);
  flash.erase(0, 2 * SECTOR_BYTES, 0);
  flash.cutPower(1.25 * ERASE_NANOS);
  t.true(flash.bytes.subarray(0, SECTOR_BYTES).every((byte) => byte === 0xff));
  let ones = 0;
  for (const byte of flash.bytes.subarray(SECTOR_BYTES, 2 * SECTOR_BYTES)) {
    for (let bit = 1; bit < 256; bit <<= 1) ones += byte & bit ? 1 : 0;
  }
  const share = ones / (8 * SECTOR_BYTES);
  t.true(share > 0.2 && share < 0.3, `${share}`);
});

test("power that goes while nothing is under way changes nothing", (t) => {
  const changes: [number, number][] = [];
  const flash = makeFlash(changes);
  flash.cutPower(5);
  t.deepEqual(changes, []);
});

test("what is no whole page or sector of it is refused, and whatever comes while it is busy", (t) => {
  const flash = makeFlash();
  t.throws(() => flash.erase(1, SECTOR_BYTES, 0), { instanceOf: RangeError });
  t.throws(() => flash.erase(FLASH_BYTES, SECTOR_BYTES, 0), { instanceOf: RangeError });
  t.throws(() => flash.program(0, new Uint8Array(1), 0), { instanceOf: RangeError });
  flash.erase(0, SECTOR_BYTES, 0);
  t.throws(() => flash.program(0, page(0), 0), { instanceOf: RangeError, message: /busy/ });
});
