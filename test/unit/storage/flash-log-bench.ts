import type { MemoryFlash } from "../../../boards/virtual/memory-flash.js";
import { FlashLog } from "../../../firmware/storage/flash-log.js";
import { PAGE_BYTES, writeValue } from "../../support/flash-bench.js";

export const PAGES = 8;

/** A page with something in it that is no record. */
export function spoil(flash: MemoryFlash, page: number): void {
  flash.program(page * PAGE_BYTES, new Uint8Array(PAGE_BYTES).fill(0xf0));
}

export function isPageBlank(flash: MemoryFlash, page: number): boolean {
  return flash.bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES).every((byte) => byte === 0xff);
}

export function flip(flash: MemoryFlash, offset: number, mask: number): void {
  flash.bytes[offset] = (flash.bytes[offset] as number) ^ mask;
}

/** Writes 1 to `count` to a blank flash: value n is in page n, for page 0 is given up. */
export function written(flash: MemoryFlash, count: number): FlashLog {
  const log = new FlashLog(flash);
  for (let value = 1; value <= count; value += 1) writeValue(log, value);
  return log;
}
