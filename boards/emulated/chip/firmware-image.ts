import { readFileSync } from "node:fs";
import { decodeBlock, type UF2BlockData } from "uf2";
import { messageOf, RigError } from "../../virtual/rig-error.js";
import { FLASH_BYTES } from "./flash-memory.js";

const BLOCK_BYTES = 512;
const FLASH_START = 0x1000_0000;
const RP2040_FAMILY = 0xe48b_ff56;
const FLAG_NOT_FLASH = 1;
const FLAG_FAMILY = 0x2000;

/** A part of a firmware, and where in the flash it goes. */
export interface FirmwarePart {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads a .uf2 file for the RP2040.
 * @throws RigError BAD_FIRMWARE.
 */
export function readFirmware(path: string): FirmwarePart[] {
  let file: Uint8Array;
  try {
    file = readFileSync(path);
  } catch (error) {
    throw bad(`The firmware ${path} cannot be read: ${messageOf(error)}.`, error);
  }
  return parseFirmware(file);
}

/** @throws RigError BAD_FIRMWARE. */
export function parseFirmware(file: Uint8Array): FirmwarePart[] {
  const parts: FirmwarePart[] = [];
  if (file.length === 0 || file.length % BLOCK_BYTES !== 0) throw bad("This is no .uf2 file.");
  for (let at = 0; at < file.length; at += BLOCK_BYTES) {
    const { boardFamily, flags, flashAddress, payload } = readBlock(file, at);
    if ((flags & FLAG_NOT_FLASH) !== 0) continue;
    if ((flags & FLAG_FAMILY) !== 0 && boardFamily >>> 0 !== RP2040_FAMILY) {
      throw bad(`This firmware is for another chip (family 0x${(boardFamily >>> 0).toString(16)}).`);
    }
    const offset = (flashAddress >>> 0) - FLASH_START;
    if (offset < 0 || offset + payload.length > FLASH_BYTES) {
      throw bad(`This firmware goes outside the flash (0x${(flashAddress >>> 0).toString(16)}).`);
    }
    parts.push({ offset, bytes: Uint8Array.from(payload) });
  }
  if (parts.length === 0) throw bad("This .uf2 file has nothing for the flash.");
  return parts;
}

function readBlock(file: Uint8Array, at: number): UF2BlockData {
  try {
    return decodeBlock(file.subarray(at, at + BLOCK_BYTES));
  } catch (error) {
    throw bad(`Block ${at / BLOCK_BYTES} of this file is no block of a .uf2 file.`, error);
  }
}

function bad(message: string, cause?: unknown): RigError {
  const advice = "Name the .uf2 file that npm run build:pico makes with --firmware.";
  return new RigError("BAD_FIRMWARE", `${message} ${advice}`, cause);
}
