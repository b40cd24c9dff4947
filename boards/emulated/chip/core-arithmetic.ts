import type { RP2040 } from "rp2040js";

export type Core = RP2040["core"];

/** Sums, results and conditions, with the flags that they leave and ask. */
export abstract class CoreArithmetic {
  protected readonly core: Core;
  protected readonly registers: Uint32Array;

  constructor(core: Core) {
    this.core = core;
    this.registers = core.registers;
  }

  protected setResult(register: number, value: number): void {
    const result = value | 0;
    this.registers[register] = result;
    this.core.N = result < 0;
    this.core.Z = result === 0;
  }

  /** @param left, right unsigned. */
  protected add(left: number, right: number): number {
    const { core } = this;
    const sum = left + right;
    const result = sum | 0;
    core.N = result < 0;
    core.Z = result === 0;
    core.C = sum > 0xffff_ffff;
    core.V = ((left ^ result) & (right ^ result)) < 0;
    return result;
  }

  /** @param left, right unsigned. */
  protected subtract(left: number, right: number): number {
    const { core } = this;
    const result = (left - right) | 0;
    core.N = result < 0;
    core.Z = result === 0;
    core.C = left >= right;
    core.V = ((left ^ right) & (left ^ result)) < 0;
    return result;
  }

  protected holds(condition: number): boolean {
    const { core } = this;
    switch (condition) {
      case 0:
        return core.Z;
      case 1:
        return !core.Z;
      case 2:
        return core.C;
      case 3:
        return !core.C;
      case 4:
        return core.N;
      case 5:
        return !core.N;
      case 6:
        return core.V;
      case 7:
        return !core.V;
      case 8:
        return core.C && !core.Z;
      case 9:
        return !core.C || core.Z;
      case 10:
        return core.N === core.V;
      case 11:
        return core.N !== core.V;
      case 12:
        return !core.Z && core.N === core.V;
      default:
        return core.Z || core.N !== core.V;
    }
  }
}

/** @param list nine bits. */
export function countBits(list: number): number {
  let count = 0;
  for (let bits = list; bits !== 0; bits &= bits - 1) count += 1;
  return count;
}
