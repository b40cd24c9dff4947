import test from "ava";
import { makeBoard, makeFlash, ROM_BOOTLOADER, ROM_ERASE, ROM_PROGRAM } from "../test-board.js";
import {
  add,
  assemble,
  BREAKPOINT,
  call,
  INTERRUPTS_OFF,
  jump,
  move,
  poke,
  STAY,
  set,
  store,
  WAIT_FOR_INTERRUPT,
} from "../thumb.js";

const RAM = 0x2000_0000;
const TIMER_TIMELR = 0x4005_400c;
const WATCHDOG = 0x4005_8000;
const MS = 1e6;

/** Calls a function of the boot ROM with three arguments. */
function callRom(address: number, first: number, second: number, third = 0): number[] {
  return [...set(0, first), ...set(1, second), ...set(2, third), ...set(4, address | 1), call(4)];
}

/** Writes `value` to a word of RAM. */
const mark = (offset: number, value: number): number[] => poke(RAM + offset, value);

test("a program runs from the start of the flash, and its time is its cycles", (t) => {
  const made = makeBoard(assemble(mark(0, 0x1234_5678), STAY));
  made.board.runUntil(MS);
  t.is(made.word(0), 0x1234_5678);
  t.true(made.board.cycles >= 125_000 && made.board.cycles < 125_002);
  t.is(made.board.idleCycles, 0);
});

test("a core that sleeps costs nothing, and counts as idle", (t) => {
  const made = makeBoard(assemble([INTERRUPTS_OFF, WAIT_FOR_INTERRUPT], mark(0, 1), STAY));
  made.board.runUntil(100 * MS);
  t.is(made.word(0), 0);
  t.true(made.board.idleCycles > 12_499_900);
});

test("a slice more or less changes nothing", (t) => {
  const program = assemble([move(0, 0)], [add(0, 1), ...set(6, RAM), store(0, 6), jump(-9)]);
  const one = makeBoard(program);
  const other = makeBoard(program);
  one.board.runUntil(2 * MS);
  for (let nanos = 0; nanos <= 2 * MS; nanos += 777) other.board.runUntil(nanos);
  other.board.runUntil(2 * MS);
  t.is(other.board.cycles, one.board.cycles);
  t.is(other.word(0), one.word(0));
  t.true(one.word(0) > 1_000);
});

test("the boot ROM's erase and program take the flash's time, and the flash is changed after", (t) => {
  const made = makeBoard(
    assemble(
      [INTERRUPTS_OFF],
      mark(0x100, 0xa5a5_a5a5),
      callRom(ROM_ERASE, 0x10_0000, 4_096),
      mark(0, 1),
      callRom(ROM_PROGRAM, 0x10_0000, RAM + 0x100, 256),
      mark(4, 1),
      STAY,
    ),
  );
  made.flash.bytes.fill(0, 0x10_0000, 0x10_1000);
  made.board.runUntil(44 * MS);
  t.is(made.word(0), 0);
  t.true(made.flash.isBusy);
  made.board.runUntil(45.5 * MS);
  t.is(made.word(0), 1);
  t.is(made.word(4), 0);
  made.board.runUntil(46 * MS);
  t.is(made.word(4), 1);
  t.deepEqual([...made.flash.bytes.subarray(0x10_0000, 0x10_0005)], [0xa5, 0xa5, 0xa5, 0xa5, 0]);
  t.is(made.flash.bytes[0x10_0100], 0xff);
  t.deepEqual(made.crashes, []);
});

test("power that goes in a program leaves a torn page, and the next board finds it", (t) => {
  const write = assemble(
    [INTERRUPTS_OFF],
    callRom(ROM_PROGRAM, 0x10_0000, RAM + 0x100, 256),
    mark(4, 1),
    STAY,
  );
  const flash = makeFlash();
  const made = makeBoard(write, flash);
  made.board.runUntil(0.4 * MS);
  t.true(flash.isBusy);
  made.board.cutPower();
  t.false(flash.isBusy);
  const torn = flash.bytes.slice(0x10_0000, 0x10_0100);
  const cleared = torn.reduce((sum, byte) => sum + (byte === 0 ? 1 : 0), 0);
  t.true(torn.some((byte) => byte !== 0) && torn.some((byte) => byte !== 0xff), `${cleared} of 256 are done`);
  made.board.runUntil(5 * MS);
  t.is(made.word(4), 0, "nothing runs without power");
  const next = makeBoard(assemble(STAY), flash);
  t.deepEqual(next.board.chip.flash.slice(0x10_0000, 0x10_0100), torn);
});

test("code that runs from a flash that is being erased ends the board, as it would a real one", (t) => {
  const made = makeBoard(
    assemble(
      // An interrupt that is pending at once, its handler in the flash, and interrupts left on.
      poke(0xe000_ed08, RAM + 0x400),
      poke(RAM + 0x400 + 4 * 16, 0x1000_0001),
      poke(0x4005_4038, 1),
      poke(0xe000_e100, 1),
      poke(0x4005_4010, 1_000),
      callRom(ROM_ERASE, 0x10_0000, 4_096),
      STAY,
    ),
  );
  made.board.runUntil(50 * MS);
  t.is(made.crashes.length, 1);
  t.regex(made.crashes[0] ?? "", /ran code from its flash \(0x1000000[0-9a-f]\)/);
});

test("what the flash cannot do ends the board with the reason", (t) => {
  const made = makeBoard(assemble([INTERRUPTS_OFF], callRom(ROM_ERASE, 0x20_0000, 4_096), STAY));
  made.board.runUntil(MS);
  t.regex(made.crashes.join(), /no 4096 bytes at 2097152/);
});

test("a board that goes into its boot loader is no card any more", (t) => {
  const made = makeBoard(assemble(callRom(ROM_BOOTLOADER, 0, 0), STAY));
  made.board.runUntil(MS);
  t.regex(made.crashes.join(), /boot loader/);
});

test("the watchdog resets a board that does not feed it, once, and RAM stays", (t) => {
  const program = assemble(
    mark(0, 77),
    poke(WATCHDOG + 0x0c, 0xfeed_cafe),
    // Its errata count two a microsecond: 5 ms.
    poke(WATCHDOG + 0x04, 10_000),
    poke(WATCHDOG, 0x4000_0000),
    STAY,
  );
  const made = makeBoard(program);
  made.board.runUntil(4.9 * MS);
  t.is(made.resets, 0);
  made.board.runUntil(20 * MS);
  t.is(made.resets, 1);
  t.true(made.board.clock.nanos < 5.1 * MS, "nothing runs after it");
  const next = makeBoard(assemble(STAY), makeFlash(), made.board);
  t.is(next.word(0), 77);
  t.is(next.board.chip.readUint32(WATCHDOG + 0x0c), 0xfeed_cafe);
  t.is(next.board.chip.readUint32(WATCHDOG + 0x08), 1, "the reason: the timer");
});

test("a breakpoint without a debugger locks the core; the watchdog gets it out", (t) => {
  const made = makeBoard(
    assemble(poke(WATCHDOG + 0x04, 10_000), poke(WATCHDOG, 0x4000_0000), [BREAKPOINT], mark(0, 1), STAY),
  );
  made.board.runUntil(4 * MS);
  t.true(made.board.isHung);
  t.is(made.board.idleCycles, 0);
  made.board.runUntil(6 * MS);
  t.is(made.word(0), 0);
  t.is(made.resets, 1);
});

test("a board that hangs executes nothing while its clock goes on", (t) => {
  const made = makeBoard(assemble(set(5, TIMER_TIMELR), [0x6828], set(6, RAM), [store(0, 6), jump(-9)]));
  made.board.runUntil(MS);
  const before = made.word(0);
  made.board.isHung = true;
  made.board.runUntil(11 * MS);
  t.is(made.word(0), before);
  made.board.isHung = false;
  made.board.runUntil(11.1 * MS);
  t.true(made.word(0) - before >= 10_000, "its timer went on");
});

test("the flash chip tells its own number, the ring oscillator random bits of the seed", (t) => {
  const { board } = makeBoard(assemble(STAY));
  const { chip } = board;
  chip.writeUint32(0x4001_800c, 2 << 8);
  for (let index = 0; index < 13; index += 1) chip.writeUint32(0x1800_0060, index === 0 ? 0x4b : 0);
  const answers = Array.from({ length: 13 }, () => chip.readUint32(0x1800_0060));
  t.deepEqual(answers.slice(5), [1, 2, 3, 4, 5, 6, 7, 8]);
  t.is(chip.readUint32(0x1800_0028) & 8, 0, "nothing more to read");
  const bits = Array.from({ length: 64 }, () => chip.readUint32(0x4006_001c));
  t.true(bits.includes(0) && bits.includes(1) && bits.every((bit) => bit < 2));
});
