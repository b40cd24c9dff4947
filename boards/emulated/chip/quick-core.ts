import { QuickInstructions } from "./quick-instructions.js";

/** When the inner loop has to stop, looked at before each instruction. */
export interface StopSign {
  readonly stopCycles: number;
}

/**
 * Runs a chip's core as the library does, to the flag and to the cycle, but some times as fast: instructions are looked up in a
 * table instead of compared with each encoding in turn, and RAM and flash are read without asking who is there. What is
 * rare or touches anything else is left to the library, instruction by instruction.
 */
export class QuickCore extends QuickInstructions {
  /** Runs until the core has done as many cycles as the sign says, or sleeps. At least one instruction. */
  run(sign: StopSign): void {
    const { core } = this;
    do {
      if (core.interruptsUpdated || !this.runQuickly(sign.stopCycles - core.cycles))
        core.executeInstruction();
    } while (core.cycles < sign.stopCycles && !core.waiting);
  }

  /**
   * Nothing but RAM and registers changes here, so nobody looks at the cycles until it ends.
   * @returns false where the next instruction is the library's.
   */
  private runQuickly(budget: number): boolean {
    let done = 0;
    let cycles = 0;
    do {
      cycles = this.step();
      done += cycles;
    } while (cycles > 0 && done < budget);
    this.core.cycles += done;
    return cycles > 0;
  }
}
