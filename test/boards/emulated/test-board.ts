import { Board } from "../../../boards/emulated/chip/board.js";
import { prepareBootRom } from "../../../boards/emulated/chip/boot-rom.js";
import {
  FlashMemory,
  type FlashTimes,
  TYPICAL_FLASH_TIMES,
} from "../../../boards/emulated/chip/flash-memory.js";
import { createRandom } from "../../../boards/virtual/random.js";

/** Where a test's boot ROM has its functions. */
export const ROM_ERASE = 0x200;
export const ROM_PROGRAM = 0x220;
export const ROM_BOOTLOADER = 0x240;

/** A boot ROM that has nothing but its mark, a stack and the functions that an emulated board replaces. */
export function makeBootRom(): Uint8Array {
  const rom = new Uint8Array(16_384);
  const view = new DataView(rom.buffer);
  view.setUint32(0, 0x2004_1f00, true);
  view.setUint32(4, 0xef, true);
  rom.set([0x4d, 0x75, 0x01], 0x10);
  view.setUint16(0x14, 0x100, true);
  const functions: readonly (readonly [string, number])[] = [
    ["RE", ROM_ERASE],
    ["RP", ROM_PROGRAM],
    ["UB", ROM_BOOTLOADER],
  ];
  for (const [index, [name, address]] of functions.entries()) {
    view.setUint16(0x100 + 4 * index, name.charCodeAt(0) | (name.charCodeAt(1) << 8), true);
    view.setUint16(0x102 + 4 * index, address | 1, true);
  }
  return rom;
}

/** A board that runs a program of a test, and what came of it. */
export interface TestBoard {
  readonly board: Board;
  readonly flash: FlashMemory;
  readonly crashes: string[];
  resets: number;
  /** A word of its RAM, by its distance from the start. */
  word(offset: number): number;
}

/** @param program begins at the start of the flash. */
export function makeBoard(program: Uint8Array, flash = makeFlash(), after?: Board): TestBoard {
  flash.bytes.set(program, 0);
  const crashes: string[] = [];
  const made: TestBoard = {
    board: new Board({
      bootRom: prepareBootRom(makeBootRom()),
      flash,
      chipId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      random: createRandom(1),
      onCrash: (reason) => crashes.push(reason),
      onReset: () => {
        made.resets += 1;
      },
      ...(after === undefined ? {} : { after }),
    }),
    flash,
    crashes,
    resets: 0,
    word: (offset) => made.board.chip.sramView.getUint32(offset, true),
  };
  return made;
}

export function makeFlash(times: FlashTimes = TYPICAL_FLASH_TIMES): FlashMemory {
  return new FlashMemory(times, createRandom(7));
}
