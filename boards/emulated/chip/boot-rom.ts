import { readFileSync } from "node:fs";
import { messageOf, RigError } from "../../virtual/rig-error.js";

const ROM_BYTES = 16_384;
/** Every RP2040 boot ROM has "Mu" and 1 there. */
const MAGIC_OFFSET = 0x10;
const FUNCTION_TABLE_OFFSET = 0x14;
const BREAKPOINT = 0xbe00;
/** `bx lr`. */
const RETURN = 0x4770;

/** Breakpoints that stand in the boot ROM instead of what needs a flash chip or a computer to be true. */
export const BREAK_ERASE = 0xe0;
export const BREAK_PROGRAM = 0xe1;
/** Comes again until the flash is done. */
export const BREAK_FLASH_WAIT = 0xe2;
export const BREAK_BOOTLOADER = 0xe3;

const FUNCTION_FLASH_ERASE = "RE";
const FUNCTION_FLASH_PROGRAM = "RP";
const FUNCTION_USB_BOOT = "UB";

/**
 * Reads a boot ROM image.
 * @throws RigError BAD_BOOTROM.
 */
export function readBootRom(path: string): Uint8Array {
  let image: Uint8Array;
  try {
    image = readFileSync(path);
  } catch (error) {
    throw bad(`The boot ROM ${path} cannot be read: ${messageOf(error)}.`, error);
  }
  return image;
}

/**
 * @returns the image as the chip takes it, with breakpoints where flash is erased and programmed.
 * @throws RigError BAD_BOOTROM.
 */
export function prepareBootRom(image: Uint8Array): Uint32Array {
  const isRom =
    image.length === ROM_BYTES &&
    image[MAGIC_OFFSET] === 0x4d &&
    image[MAGIC_OFFSET + 1] === 0x75 &&
    image[MAGIC_OFFSET + 2] === 1;
  if (!isRom) throw bad("This is no boot ROM of an RP2040, which has 16,384 bytes and its mark at byte 16.");
  const words = new Uint32Array(ROM_BYTES / 4);
  const halves = new Uint16Array(words.buffer);
  new Uint8Array(words.buffer).set(image);
  const functions = readFunctions(halves);
  patch(halves, functions, FUNCTION_FLASH_ERASE, [
    BREAKPOINT | BREAK_ERASE,
    BREAKPOINT | BREAK_FLASH_WAIT,
    RETURN,
  ]);
  patch(halves, functions, FUNCTION_FLASH_PROGRAM, [
    BREAKPOINT | BREAK_PROGRAM,
    BREAKPOINT | BREAK_FLASH_WAIT,
    RETURN,
  ]);
  patch(halves, functions, FUNCTION_USB_BOOT, [BREAKPOINT | BREAK_BOOTLOADER]);
  return words;
}

/** @returns the addresses of the ROM's functions by their two letters. */
function readFunctions(halves: Uint16Array): Map<string, number> {
  const functions = new Map<string, number>();
  let at = (halves[FUNCTION_TABLE_OFFSET / 2] as number) / 2;
  for (; at + 1 < halves.length && halves[at] !== 0; at += 2) {
    const code = halves[at] as number;
    functions.set(String.fromCharCode(code & 0xff, code >> 8), (halves[at + 1] as number) & ~1);
  }
  return functions;
}

function patch(
  halves: Uint16Array,
  functions: ReadonlyMap<string, number>,
  name: string,
  code: readonly number[],
): void {
  const address = functions.get(name);
  if (address === undefined || address + 2 * code.length > ROM_BYTES) {
    throw bad(`This boot ROM has no function ${name}.`);
  }
  halves.set(code, address / 2);
}

function bad(message: string, cause?: unknown): RigError {
  const advice = "Name the image of Raspberry Pi's pico-bootrom release with --bootrom.";
  return new RigError("BAD_BOOTROM", `${message} ${advice}`, cause);
}
