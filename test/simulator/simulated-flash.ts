import { MemoryFlash } from "../../boards/virtual/memory-flash.js";
import type { Flash, FlashGeometry } from "../../firmware/storage/flash.js";
import type { Random } from "./random.js";

const PAGE_BYTES = 256;
/** What an RP2040 takes to program a page, and to erase a sector: it hears nothing meanwhile. */
export const PROGRAM_US = 700;
export const SHORTEST_ERASE_US = 45_000;
export const LONGEST_ERASE_US = 400_000;

/** How large the log of a simulated card is. */
export interface LogSize {
  readonly sectors: number;
  readonly pagesPerSector: number;
}

/** Flash that takes its time, and in which the power fails at any byte of a program or an erase. */
export class SimulatedFlash implements Flash {
  readonly pageBytes: number;
  readonly sectorBytes: number;
  readonly sectorCount: number;
  /** Time that was used in this turn. */
  busyUs = 0;
  /** Whether some of it was used to erase. */
  hasErased = false;
  /** Erases in the life of this flash. */
  erases = 0;
  /** The power goes in the midst of the next program, or the next erase. */
  cutsProgram = false;
  cutsErase = false;
  /** No program works. */
  failsPrograms = false;
  private readonly memory: MemoryFlash;
  private readonly random: Random;

  constructor(size: LogSize, random: Random) {
    const geometry: FlashGeometry = {
      pageBytes: PAGE_BYTES,
      sectorBytes: PAGE_BYTES * size.pagesPerSector,
      sectorCount: size.sectors,
    };
    this.pageBytes = geometry.pageBytes;
    this.sectorBytes = geometry.sectorBytes;
    this.sectorCount = geometry.sectorCount;
    this.random = random;
    this.memory = new MemoryFlash(geometry, () => random.unit());
  }

  /** The power is back. */
  powerOn(): void {
    this.memory.powerOn();
    this.memory.failures = {};
    this.cutsProgram = false;
    this.cutsErase = false;
    this.failsPrograms = false;
  }

  read(offset: number, into: Uint8Array, length: number): boolean {
    return this.memory.read(offset, into, length);
  }

  program(offset: number, bytes: Uint8Array): boolean {
    this.busyUs += PROGRAM_US;
    if (this.cutsProgram) this.cutWithin(this.pageBytes);
    this.memory.failures = this.failsPrograms ? { program: () => true } : {};
    return this.memory.program(offset, bytes);
  }

  erase(offset: number): boolean {
    this.busyUs += this.random.between(SHORTEST_ERASE_US, LONGEST_ERASE_US);
    this.hasErased = true;
    this.erases += 1;
    if (this.cutsErase) this.cutWithin(this.sectorBytes);
    return this.memory.erase(offset);
  }

  private cutWithin(bytes: number): void {
    this.memory.cutPower({ afterBytes: this.random.between(0, bytes), scattered: this.random.chance(0.5) });
  }
}
