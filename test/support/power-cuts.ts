import type { MemoryFlash } from "../../boards/virtual/memory-flash.js";
import { FlashLog } from "../../firmware/storage/flash-log.js";
import { DAMAGED, losesPower, makeFlash, readValue, WatchedFlash, writeValue } from "./flash-bench.js";
import type { Assertions } from "./unit-case.js";

export interface PowerCutRun {
  readonly sectorCount: number;
  readonly pagesPerSector: number;
  readonly writes: number;
  /** A reboot after every so many writes. */
  readonly rebootEvery: number;
  readonly seed: number;
}

/** What was tried, to show that a run reached what it is for. */
export interface PowerCutCount {
  programCuts: number;
  eraseCuts: number;
  laps: number;
}

/** Parts of a sector that an erase has done when power fails, in 64ths: the begin, the end, and between. */
const ERASE_CUTS = [0, 1, 21, 32, 63, 64];

/**
 * Writes and reboots, and cuts the power at every byte of every program and at several points of every erase, each on a
 * copy of the flash. After each cut the newest acknowledged record must be read, or the one that was being written, and
 * never another one from then on; then writing must go on.
 */
export function cutPowerEverywhere(t: Assertions, run: PowerCutRun): PowerCutCount {
  const count: PowerCutCount = { programCuts: 0, eraseCuts: 0, laps: 0 };
  const wrong: string[] = [];
  const flash = new WatchedFlash(makeFlash(run.sectorCount, run.pagesPerSector, run.seed));
  let acknowledged = 0;
  let written = 0;

  function cut(afterBytes: number, call: (copy: MemoryFlash) => void): void {
    const copy = flash.inner.clone();
    // In order every other time, so that both kinds meet every byte within two writes.
    copy.cutPower({ afterBytes, scattered: (afterBytes + written) % 2 === 0 });
    if (!losesPower(() => call(copy))) wrong.push("power held");
    const fault = faultAfterReboot(copy, acknowledged, written);
    if (fault !== undefined) wrong.push(`cut after ${afterBytes} bytes at value ${written}: ${fault}`);
  }

  flash.onProgram = (offset, bytes) => {
    for (let afterBytes = 0; afterBytes <= bytes.length; afterBytes += 1) {
      // A byte that stays erased is nothing to do: the cut behind it leaves what the cut before it left.
      if (afterBytes > 0 && afterBytes < bytes.length && bytes[afterBytes - 1] === 0xff) continue;
      cut(afterBytes, (copy) => copy.program(offset, bytes));
      count.programCuts += 1;
    }
  };
  flash.onErase = (offset) => {
    for (const part of ERASE_CUTS) {
      cut((part * flash.sectorBytes) / 64, (copy) => copy.erase(offset));
      count.eraseCuts += 1;
    }
  };

  let log = new FlashLog(flash);
  for (written = 1; written <= run.writes; written += 1) {
    // While the log is mounted, only the record that it finds may be read after a cut.
    const found = written;
    if (written % run.rebootEvery === 0) {
      written = acknowledged;
      log = new FlashLog(flash);
      t.is(readValue(log), acknowledged);
      written = found;
    }
    if (log.freeWrites === 0) log.eraseOne();
    if (!writeValue(log, written)) wrong.push(`value ${written} was not written`);
    acknowledged = written;
  }
  t.deepEqual(wrong.slice(0, 5), []);
  count.laps = Math.min(...flash.inner.erasesOfSector);
  return count;
}

/** @returns what is wrong with the flash when power comes back, or nothing. */
function faultAfterReboot(flash: MemoryFlash, acknowledged: number, written: number): string | undefined {
  flash.powerOn();
  const log = new FlashLog(flash);
  const value = readValue(log);
  // Before the first record there is nothing to lose: all that counts is that a torn one is not taken for whole.
  if (acknowledged === 0) return value <= written && value >= DAMAGED ? undefined : `read ${value}`;
  if (value !== acknowledged && value !== written) return `read ${value}, not ${acknowledged}`;
  flash.powerOn();
  const again = new FlashLog(flash);
  if (readValue(again) !== value) return `read ${value} first, then ${readValue(again)}`;
  const next = written + 1;
  if (again.freeWrites === 0) again.eraseOne();
  if (!writeValue(again, next)) return "could not write any more";
  flash.powerOn();
  const last = readValue(new FlashLog(flash));
  return last === next ? undefined : `read ${last} after ${next} was written`;
}
