import { BasePeripheral, type RP2040 } from "rp2040js";
import type { Random } from "../../virtual/random.js";

const STATUS = 0x18;
const RANDOMBIT = 0x1c;
/** Stable and enabled. */
const STATUS_RUNNING = (1 << 31) | (1 << 12);

/** The ring oscillator, for the one thing that firmware wants of it: random bits, here from a seed. */
export class RingOscillator extends BasePeripheral {
  private readonly random: Random;
  private readonly registers = new Map<number, number>();

  constructor(chip: RP2040, random: Random) {
    super(chip, "ROSC");
    this.random = random;
  }

  override readUint32(offset: number): number {
    if (offset === RANDOMBIT) return this.random() < 0.5 ? 0 : 1;
    if (offset === STATUS) return STATUS_RUNNING >>> 0;
    return this.registers.get(offset) ?? 0;
  }

  override writeUint32(offset: number, value: number): void {
    this.registers.set(offset, value);
  }
}
