import type { Board } from "../../../boards/emulated/chip/board.js";
import { jump } from "./thumb.js";

/** Of the second core's stack, which nothing uses. */
const FREE_RAM = 0x2004_0000;
const RAM_START = 0x2000_0000;

/** Leads the core into an endless loop. Its interrupts go on, as they would where a program hangs. */
export function hang({ chip }: Board): void {
  chip.sramView.setUint16(FREE_RAM - RAM_START, jump(0), true);
  chip.core.PC = FREE_RAM;
  chip.core.waiting = false;
}
