import test, { type ExecutionContext } from "ava";
import { RP2040 } from "rp2040js";
import { QuickCore } from "../../../../boards/emulated/chip/quick-core.js";
import { createRandom, type Random, randomUint32 } from "../../../../boards/virtual/random.js";

const RAM_START = 0x2000_0000;
const FLASH_START = 0x1000_0000;
const CODE_OFFSET = 0x800;
const silence = (): void => {};

function makeChip(): RP2040 {
  const chip = new RP2040();
  chip.logger = { debug: silence, info: silence, warn: silence, error: silence };
  return chip;
}

/** Values that find mistakes: addresses in RAM and flash, the ends of the ranges, and anything. */
function drawValue(random: Random): number {
  const choice = random();
  if (choice < 0.4) return RAM_START + 0x100 + Math.floor(random() * 0x400) * 4;
  if (choice < 0.5) return FLASH_START + Math.floor(random() * 0x400);
  if (choice < 0.6) return [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff][Math.floor(random() * 5)] as number;
  if (choice < 0.75) return Math.floor(random() * 64);
  // Where nothing is: what a random register of a peripheral does would be told on the console.
  return (0x9000_0000 | (randomUint32(random) & 0x0fff_ffff)) >>> 0;
}

/** Everything that an instruction can change. */
function stateOf({ core }: RP2040): object {
  const { C, cycles, N, PM, registers, V, waiting, Z } = core;
  return { registers: Array.from(registers), C, N, V, Z, PM, waiting, cycles };
}

function prepare(chips: readonly RP2040[], random: Random, instructions: readonly number[]): void {
  const values = Array.from({ length: 13 }, () => drawValue(random));
  const flags = Array.from({ length: 4 }, () => random() < 0.5);
  const memory = Uint32Array.from({ length: 0x200 }, () => drawValue(random));
  for (const chip of chips) {
    const { core } = chip;
    chip.sram.set(new Uint8Array(memory.buffer), 0);
    chip.flash.set(new Uint8Array(memory.buffer), 0);
    core.registers.set(values);
    core.registers[13] = RAM_START + 0x400;
    core.registers[14] = RAM_START + CODE_OFFSET + 1;
    core.registers[15] = RAM_START + CODE_OFFSET;
    [core.N, core.Z, core.C, core.V] = flags as [boolean, boolean, boolean, boolean];
    core.cycles = 0;
    core.waiting = false;
    core.interruptsUpdated = false;
    for (const [index, instruction] of instructions.entries()) {
      chip.sramView.setUint16(CODE_OFFSET + 2 * index, instruction, true);
    }
  }
}

function compare(
  t: ExecutionContext,
  chips: readonly [RP2040, RP2040],
  quick: QuickCore,
  what: string,
): void {
  const [library, own] = chips;
  library.core.executeInstruction();
  quick.run({ stopCycles: 1 });
  const [mine, theirs] = [stateOf(own), stateOf(library)];
  const ram = own.sram.subarray(0, 0x1000);
  // Some 65,000 assertions would take their time.
  if (
    JSON.stringify(mine) === JSON.stringify(theirs) &&
    Buffer.from(ram).equals(library.sram.subarray(0, 0x1000))
  )
    return;
  t.deepEqual(mine, theirs, what);
  t.fail(`${what}: RAM differs`);
}

test("every instruction does as in the library, to the flag and to the cycle", (t) => {
  const random = createRandom(11);
  const chips = [makeChip(), makeChip()] as const;
  const quick = new QuickCore(chips[1]);
  let done = 0;
  for (let instruction = 0; instruction < 0x1_0000; instruction += 1) {
    // Breakpoints, sleep and supervisor calls are the library's business alone.
    if (instruction >> 8 === 0xbe || instruction >> 8 === 0xbf || instruction >> 8 === 0xdf) continue;
    const second = 0xd000 | randomUint32(random);
    prepare(chips, random, [instruction, second & 0xffff]);
    compare(t, chips, quick, `0x${instruction.toString(16)} 0x${(second & 0xffff).toString(16)}`);
    done += 1;
  }
  t.true(done > 64_000);
});

test("it stops at the cycle at which it is told to, and not before", (t) => {
  const chip = makeChip();
  const quick = new QuickCore(chip);
  // adds r0, #1; b to it: three cycles a turn.
  prepare([chip], createRandom(1), [0x3001, 0xe7fd]);
  chip.core.registers[0] = 0;
  quick.run({ stopCycles: 300 });
  t.is(chip.core.cycles, 300);
  t.is(chip.core.registers[0], 100);
  quick.run({ stopCycles: 301 });
  t.is(chip.core.cycles, 301);
});
