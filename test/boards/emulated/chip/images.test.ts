import test from "ava";
import {
  BREAK_ERASE,
  BREAK_FLASH_WAIT,
  BREAK_PROGRAM,
  prepareBootRom,
  readBootRom,
} from "../../../../boards/emulated/chip/boot-rom.js";
import { parseFirmware, readFirmware } from "../../../../boards/emulated/chip/firmware-image.js";
import { makeBootRom, ROM_ERASE, ROM_PROGRAM } from "../test-board.js";

const FAMILY = 0xe48b_ff56;

/** A block of a .uf2 file. */
function block(address: number, fill: number, family = FAMILY, flags = 0x2000): Uint8Array {
  const bytes = new Uint8Array(512);
  const view = new DataView(bytes.buffer);
  const words = [0x0a32_4655, 0x9e5d_5157, flags, address, 256, 0, 1, family];
  for (const [index, word] of words.entries()) view.setUint32(4 * index, word, true);
  bytes.fill(fill, 32, 32 + 256);
  view.setUint32(508, 0x0ab1_6f30, true);
  return bytes;
}

test("a .uf2 file goes where its blocks say", (t) => {
  const parts = parseFirmware(
    Buffer.concat([block(0x1000_0000, 1), block(0x1000_0100, 2), block(0, 3, 0, 1)]),
  );
  t.deepEqual(
    parts.map(({ bytes, offset }) => [offset, bytes.length, bytes[0]]),
    [
      [0, 256, 1],
      [256, 256, 2],
    ],
  );
});

test("what is no firmware of this chip is refused, with advice", (t) => {
  const expected = { code: "BAD_FIRMWARE", message: /--firmware/ };
  t.throws(() => parseFirmware(new Uint8Array(0)), expected);
  t.throws(() => parseFirmware(new Uint8Array(512)), expected);
  t.throws(() => parseFirmware(new Uint8Array(100)), expected);
  t.throws(() => parseFirmware(block(0x1000_0000, 0, 0xe48b_ff59)), {
    code: "BAD_FIRMWARE",
    message: /another chip/,
  });
  t.throws(() => parseFirmware(block(0x1020_0000, 0)), { code: "BAD_FIRMWARE", message: /outside/ });
  t.throws(() => parseFirmware(block(0x2000_0000, 0)), { code: "BAD_FIRMWARE", message: /outside/ });
  t.throws(() => parseFirmware(block(0, 0, 0, 1)), { code: "BAD_FIRMWARE", message: /nothing/ });
  t.throws(() => readFirmware("/nowhere/at/all"), expected);
});

test("a boot ROM gets breakpoints where the flash is erased and programmed", (t) => {
  const view = new DataView(prepareBootRom(makeBootRom()).buffer as ArrayBuffer);
  const halves = (address: number): number[] =>
    [0, 2, 4].map((offset) => view.getUint16(address + offset, true));
  t.deepEqual(halves(ROM_ERASE), [0xbe00 | BREAK_ERASE, 0xbe00 | BREAK_FLASH_WAIT, 0x4770]);
  t.deepEqual(halves(ROM_PROGRAM), [0xbe00 | BREAK_PROGRAM, 0xbe00 | BREAK_FLASH_WAIT, 0x4770]);
});

test("what is no boot ROM is refused, with advice", (t) => {
  const expected = { code: "BAD_BOOTROM", message: /--bootrom/ };
  t.throws(() => prepareBootRom(new Uint8Array(16_384)), expected);
  t.throws(() => prepareBootRom(makeBootRom().subarray(1)), expected);
  const without = makeBootRom();
  without.fill(0, 0x100, 0x110);
  t.throws(() => prepareBootRom(without), { code: "BAD_BOOTROM", message: /no function RE/ });
  t.throws(() => readBootRom("/nowhere/at/all"), expected);
});
