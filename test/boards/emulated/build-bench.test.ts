import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { buildBench } from "../../../boards/emulated/build-bench.js";
import { SLOWEST_FLASH_TIMES, TYPICAL_FLASH_TIMES } from "../../../boards/emulated/chip/flash-memory.js";
import { needEmulator } from "../../../boards/virtual/need-emulator.js";
import { startRig } from "../../../boards/virtual/rig.js";
import { RigError } from "../../../boards/virtual/rig-error.js";
import { checkOptions, type RigOptions } from "../../../boards/virtual/rig-options.js";
import { Trace } from "../../../boards/virtual/trace.js";
import { makeBootRom, ROM_PROGRAM } from "./test-board.js";
import { assemble, INTERRUPTS_OFF, STAY, set } from "./thumb.js";

/** A .uf2 file with one block, and a boot ROM, in a folder that goes with the test. */
function makeFiles(t: ExecutionContext, program: Uint8Array): { folder: string; options: RigOptions } {
  const folder = mkdtempSync(join(tmpdir(), "seqcard-test-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const block = new DataView(new ArrayBuffer(512));
  for (const [index, word] of [
    0x0a32_4655, 0x9e5d_5157, 0x2000, 0x1000_0000, 256, 0, 1, 0xe48b_ff56,
  ].entries()) {
    block.setUint32(4 * index, word, true);
  }
  block.setUint32(508, 0x0ab1_6f30, true);
  const bytes = new Uint8Array(block.buffer);
  bytes.set(program, 32);
  const firmware = join(folder, "firmware.uf2");
  const bootRom = join(folder, "bootrom.bin");
  writeFileSync(firmware, bytes);
  writeFileSync(bootRom, makeBootRom());
  return { folder, options: { engine: "rp2040", firmware, bootRom, seed: 1, fabricId: 9 } };
}

test("the engine says what it needs", async (t) => {
  await t.throwsAsync(startRig({ engine: "rp2040" }), {
    code: "BAD_OPTION",
    message: /--firmware.*--bootrom/,
  });
  const { options } = makeFiles(t, assemble(STAY));
  await t.throwsAsync(startRig({ ...options, firmware: "/nowhere.uf2" }), { code: "BAD_FIRMWARE" });
  await t.throwsAsync(startRig({ ...options, bootRom: "/nowhere.bin" }), { code: "BAD_BOOTROM" });
});

test("what one engine has no use for is refused", (t) => {
  const refused = { code: "BAD_OPTION" };
  t.throws(() => checkOptions({ engine: "node", firmware: "x.uf2" }), {
    ...refused,
    message: /engine rp2040/,
  });
  t.throws(() => checkOptions({ bootRom: "x.bin" }), refused);
  t.throws(() => checkOptions({ engine: "rp2040", cable: { bitRate: 9_600 } }), {
    ...refused,
    message: /in the firmware/,
  });
  t.throws(() => checkOptions({ engine: "rp2040", timing: { beaconUs: 20_000 } }), refused);
  t.notThrows(() => checkOptions({ engine: "rp2040", cable: { loss: 0.1 } }));
  for (const engine of ["node", "xs"] as const) {
    t.throws(() => checkOptions({ engine, flashTimes: TYPICAL_FLASH_TIMES }), {
      ...refused,
      message: /engine rp2040/,
    });
  }
});

test("the flash of a board takes as long as the chip's data sheet lets it, and no longer", (t) => {
  const { eraseUs, programUs } = SLOWEST_FLASH_TIMES;
  const check = (eraseUs: number, programUs: number) =>
    checkOptions({ engine: "rp2040", flashTimes: { eraseUs, programUs } });
  t.deepEqual(check(eraseUs, programUs).flashTimes, SLOWEST_FLASH_TIMES);
  t.is(eraseUs, 400_000);
  for (const [erase, program] of [
    [0, programUs],
    [eraseUs + 1, programUs],
    [Number.NaN, programUs],
    [eraseUs, 0],
    [eraseUs, programUs + 1],
  ] as const) {
    t.throws(() => check(erase, program), { code: "BAD_OPTION" }, `${erase}, ${program}`);
  }
});

test("an RP2040 has no UART for a third cable", (t) => {
  const { options } = makeFiles(t, assemble(STAY));
  const star = buildBench(checkOptions({ ...options, cards: 4, topology: "star" }));
  t.throws(() => star.build(new Trace(), () => {}), { code: "BAD_TOPOLOGY", message: /two UARTs/ });
  const ring = buildBench(checkOptions({ ...options, cards: 4 }));
  t.is(ring.build(new Trace(), () => {}).cables.length, 4);
});

test("a missing package is told with advice, and nothing else is taken for one", async (t) => {
  const missing = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  const error = await t.throwsAsync(
    needEmulator(() => Promise.reject(missing)),
    { instanceOf: RigError },
  );
  t.like(error, { code: "EMULATOR_MISSING" });
  const other = new Error("something else");
  t.is(await t.throwsAsync(needEmulator(() => Promise.reject(other))), other);
  t.is(await needEmulator(async () => 5), 5);
});

test("with a state folder the flash outlives the rig", async (t) => {
  const program = assemble(
    [INTERRUPTS_OFF],
    [...set(0, 0x10_0000), ...set(1, 0x1000_0000), ...set(2, 256), ...set(4, ROM_PROGRAM | 1), 0x47a0],
    STAY,
  );
  const { folder, options } = makeFiles(t, program);
  const run = async (): Promise<Uint8Array> => {
    const bench = buildBench(checkOptions({ ...options, stateDir: join(folder, "state") }));
    const parts = bench.build(new Trace(), (_id, reason) => t.fail(reason));
    const [first] = bench.emulated;
    const before = first?.flash.bytes.slice(0x10_0000, 0x10_0100) ?? new Uint8Array(0);
    first?.start();
    bench.scheduler.runUntil(2e6);
    await first?.kill();
    for (const { card } of parts.cards) card.close?.();
    return before;
  };
  const blank = await run();
  t.true(blank.every((byte) => byte === 0xff));
  const kept = await run();
  t.deepEqual([...kept.subarray(0, program.length)], [...program]);
  t.deepEqual(
    [...readFileSync(join(folder, "state", "board1.flash")).subarray(0x10_0000, 0x10_0100)],
    [...kept],
  );
});

test("boards whose firmware says nothing are no fabric: the rig gives up, and leaves nothing behind", async (t) => {
  const { options } = makeFiles(t, assemble(STAY));
  await t.throwsAsync(startRig({ ...options, readyTimeoutMs: 20 }), { code: "NOT_READY", message: /silent/ });
});
