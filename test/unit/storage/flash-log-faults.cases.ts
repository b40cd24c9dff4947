import type { MemoryFlash } from "../../../boards/virtual/memory-flash.js";
import { FlashLog } from "../../../firmware/storage/flash-log.js";
import {
  BLANK,
  DAMAGED,
  losesPower,
  makeFlash,
  PAGE_BYTES,
  readValue,
  WatchedFlash,
  writeValue,
} from "../../support/flash-bench.js";
import { Random } from "../../support/random.js";
import type { UnitCase } from "../../support/unit-case.js";

/** One flash through many power cuts, failing programs and bit flips. Says what went wrong, or nothing. */
class FaultRun {
  private readonly random: Random;
  private readonly pagesPerSector: number;
  private readonly inner: MemoryFlash;
  private readonly flash: WatchedFlash;
  private log: FlashLog;
  private newestOffset = 0;
  /** The least that may be read, and the most that was ever begun. */
  private acknowledged = 0;
  private begun = 0;
  /** Pages that were spoiled since one was programmed in peace. */
  private spoiledInARow = 0;
  cuts = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.pagesPerSector = this.random.pick([8, 9, 16]);
    this.inner = makeFlash(this.random.pick([2, 3, 5]), this.pagesPerSector, seed);
    this.flash = new WatchedFlash(this.inner);
    this.flash.onProgram = (offset) => {
      this.newestOffset = offset;
    };
    this.log = new FlashLog(this.flash);
  }

  run(steps: number): string | undefined {
    for (let step = 0; step < steps; step += 1) {
      this.arm();
      let fault: string | undefined;
      const cut = losesPower(() => {
        fault = this.step();
      });
      if (fault !== undefined) return `step ${step}: ${fault}`;
      if (cut) {
        this.cuts += 1;
        this.spoiledInARow += 2;
        this.reboot();
      }
      // Power failed in the first record of all: nothing was lost, and an operator has to erase this one.
      if (this.acknowledged === 0 && readValue(this.log) === DAMAGED) return undefined;
    }
    return undefined;
  }

  /** The limit is what `docs/flash.md` promises: half the pages of a sector, in power cuts in a row. */
  private arm(): void {
    const { random } = this;
    if (this.spoiledInARow + 4 > this.pagesPerSector) return;
    if (random.oneIn(2)) {
      const afterBytes = random.below(random.pick([300, 900, this.inner.sectorBytes + 900]));
      this.inner.cutPower({ afterBytes, scattered: random.oneIn(2) });
    }
    let failures = random.oneIn(5) ? 1 : 0;
    this.inner.failures = {
      program: () => {
        if (failures === 0) return false;
        failures -= 1;
        this.spoiledInARow += 1;
        return true;
      },
    };
  }

  private step(): string | undefined {
    const { random } = this;
    if (random.oneIn(4)) this.reboot();
    const value = readValue(this.log);
    if (value < this.acknowledged || value > this.begun) {
      if (this.acknowledged > 0 || (value !== BLANK && value !== DAMAGED)) {
        return `read ${value}, acknowledged ${this.acknowledged}, begun ${this.begun}`;
      }
      if (value === DAMAGED) return undefined;
    } else {
      this.acknowledged = value;
    }
    while (random.oneIn(2) && this.log.needsErase) this.log.eraseOne();
    if (this.log.freeWrites < 3) this.log.eraseOne();
    this.begun += 1;
    if (!writeValue(this.log, this.begun)) return `value ${this.begun} was not written`;
    this.acknowledged = this.begun;
    this.spoiledInARow = 0;
    if (random.oneIn(4)) this.flipBits();
    return undefined;
  }

  /** One copy of the newest record, or anything in an older one. */
  private flipBits(): void {
    const { random, inner } = this;
    const copy = this.newestOffset + random.below(2) * (PAGE_BYTES / 2);
    for (let times = random.below(5); times > 0; times -= 1) {
      const offset = copy + random.below(PAGE_BYTES / 2);
      inner.bytes[offset] = (inner.bytes[offset] as number) ^ (1 << random.below(8));
    }
    const older = this.newestOffset - PAGE_BYTES;
    if (older >= 0 && inner.bytes[older] !== 0xff) {
      inner.bytes[older + random.below(PAGE_BYTES)] = random.below(256);
    }
  }

  private reboot(): void {
    this.inner.powerOn();
    this.log = new FlashLog(this.flash);
  }
}

export const flashLogFaultsCases: readonly UnitCase[] = [
  {
    title:
      "never goes back behind what was read or acknowledged, through cuts in a row, failures and bit flips",
    run(t) {
      let cuts = 0;
      for (let seed = 1; seed <= 25; seed += 1) {
        const run = new FaultRun(seed);
        const fault = run.run(80);
        t.is(fault, undefined, `seed ${seed}`);
        cuts += run.cuts;
      }
      t.true(cuts > 300, `cuts ${cuts}`);
    },
  },
];

/** The long form, for Node. @returns the faults by seed. */
export function runFaults(seeds: number, steps: number): string[] {
  const faults: string[] = [];
  for (let seed = 1000; seed < 1000 + seeds; seed += 1) {
    const fault = new FaultRun(seed).run(steps);
    if (fault !== undefined) faults.push(`seed ${seed}: ${fault}`);
  }
  return faults;
}
