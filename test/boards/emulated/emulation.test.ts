import test from "ava";
import { ByteWire } from "../../../boards/emulated/cable/byte-wire.js";
import { prepareBootRom } from "../../../boards/emulated/chip/boot-rom.js";
import { TYPICAL_FLASH_TIMES } from "../../../boards/emulated/chip/flash-memory.js";
import { EmulatedCard, type EmulatedLink } from "../../../boards/emulated/emulated-card.js";
import { Emulation } from "../../../boards/emulated/emulation.js";
import { DEFAULT_CABLE } from "../../../boards/virtual/cable.js";
import { HostLine } from "../../../boards/virtual/host-line.js";
import { createRandom } from "../../../boards/virtual/random.js";
import { Trace } from "../../../boards/virtual/trace.js";
import { makeBootRom } from "./test-board.js";
import { add, and, assemble, jump, jumpIfNot, load, move, poke, STAY, set, store } from "./thumb.js";

const RAM = 0x2000_0000;
const UART0 = 0x4003_4000;
const WATCHDOG = 0x4005_8000;
const MS = 1e6;

/** 2 Mbaud, 8N1, FIFOs, on. */
const UART_ON = [
  ...poke(UART0 + 0x24, 3),
  ...poke(UART0 + 0x28, 58),
  ...poke(UART0 + 0x2c, 0x70),
  ...poke(UART0 + 0x30, 0x301),
];
/** Sends back, plus one, every byte that comes; the newest stays in RAM. Begins with `first`, where that is not 0. */
function echo(first: number): Uint8Array {
  return assemble(
    UART_ON,
    first === 0 ? [] : poke(UART0, first),
    set(5, UART0),
    set(6, RAM),
    [move(4, 16)],
    // Waits while the receive FIFO is empty.
    [load(0, 5, 0x18), and(0, 4), jumpIfNot(-2)],
    [load(0, 5), add(0, 1), store(0, 5), store(0, 6), jump(-7)],
  );
}

interface Bench {
  readonly emulation: Emulation;
  readonly cards: readonly EmulatedCard[];
  readonly wires: readonly ByteWire[];
  readonly deaths: string[];
}

/** Two boards, joined by their first UARTs. */
function makeBench(programs: readonly Uint8Array[], order: readonly number[] = [0, 1]): Bench {
  const emulation = new Emulation();
  const trace = new Trace();
  const deaths: string[] = [];
  const wire = (from: string, to: string): ByteWire =>
    new ByteWire({ settings: DEFAULT_CABLE, random: createRandom(1), from, to, trace });
  const wires = [wire("card1", "card2"), wire("card2", "card1")] as const;
  const links: EmulatedLink[] = [
    { output: wires[0], input: wires[1] },
    { output: wires[1], input: wires[0] },
  ];
  const cards = programs.map(
    (bytes, index) =>
      new EmulatedCard({
        id: index + 1,
        chipId: new Uint8Array(8).fill(index),
        bootRom: prepareBootRom(makeBootRom()),
        firmware: [{ offset: 0, bytes }],
        flashTimes: TYPICAL_FLASH_TIMES,
        random: createRandom(index),
        links: [links[index] as EmulatedLink],
        line: new HostLine(index + 1, trace, () => emulation.now()),
        now: () => emulation.nanos,
        onDeath: (reason) => deaths.push(reason),
      }),
  );
  for (const index of order) emulation.add(cards[index] as EmulatedCard);
  return { emulation, cards, wires, deaths };
}

function word(card: EmulatedCard | undefined): number | undefined {
  return card?.board?.chip.sramView.getUint32(0, true);
}

function pingPong(order: readonly number[]): { values: unknown; cycles: unknown } {
  const { cards, emulation } = makeBench([echo(1), echo(0)], order);
  for (const card of cards) card.start();
  emulation.runUntil(3 * MS);
  return { values: cards.map(word), cycles: cards.map(({ board }) => board?.cycles) };
}

test("two boards talk over their cable at its pace, whichever runs first in a slice", (t) => {
  const one = pingPong([0, 1]);
  t.deepEqual(pingPong([1, 0]), one);
  const [first = 0] = one.values as number[];
  // A byte takes 5 us on the cable, and a fraction of one in each board: some 550 in 3 ms, of which eight bits are left.
  t.true(first > 0 && first < 256, `${first}`);
});

test("a cut cable silences them, and nothing else stops", (t) => {
  const { cards, emulation, wires } = makeBench([echo(1), echo(0)]);
  for (const card of cards) card.start();
  emulation.runUntil(MS);
  for (const wire of wires) wire.cut = true;
  emulation.runUntil(1.1 * MS);
  const before = cards.map(word);
  for (const wire of wires) wire.cut = false;
  emulation.runUntil(2 * MS);
  t.deepEqual(cards.map(word), before);
  t.is(emulation.nanos, 2 * MS);
});

test("power comes and goes: RAM is lost, the flash stays, and the other goes on", async (t) => {
  const { cards, emulation } = makeBench([echo(1), echo(0)]);
  const [first, second] = cards;
  for (const card of cards) card.start();
  emulation.runUntil(MS);
  await first?.kill();
  t.false(first?.isRunning ?? true);
  emulation.runUntil(2 * MS);
  t.true((second?.board?.clock.nanos ?? 0) >= 2 * MS);
  first?.start();
  t.is(word(first), 0);
  emulation.runUntil(3 * MS);
  t.true((word(first) ?? 0) > 0, "it has begun the talk anew");
  t.true(Math.abs((first?.nanos ?? 0) - 3 * MS) < 1_000);
  t.true((first?.board?.clock.nanos ?? 0) < 1.01 * MS, "its own clock began at its power-on");
});

test("the watchdog starts a board again by itself", (t) => {
  const program = assemble(poke(WATCHDOG + 4, 2_000), poke(WATCHDOG, 0x4000_0000), STAY);
  const { cards, deaths, emulation } = makeBench([program, assemble(STAY)]);
  for (const card of cards) card.start();
  emulation.runUntil(3.5 * MS);
  t.is(cards[0]?.resets, 3);
  t.true(cards[0]?.isRunning);
  t.is(cards[1]?.resets, 0);
  t.deepEqual(deaths, []);
});

test("a board that dies is told of once, and has no power then", (t) => {
  // Erases beyond the end of its flash.
  const program = assemble(set(0, 0x20_0000), set(1, 4_096), set(4, 0x201), [0x47a0], STAY);
  const { cards, deaths, emulation } = makeBench([program, assemble(STAY)]);
  for (const card of cards) card.start();
  emulation.runUntil(MS);
  t.is(deaths.length, 1);
  t.false(cards[0]?.isRunning);
});

test("alarms come at their times, between slices, and those of one instant in their order", (t) => {
  const emulation = new Emulation();
  const log: string[] = [];
  emulation.at(20, () => log.push(`second at ${emulation.now()}`), false);
  emulation.at(10, () => log.push(`first at ${emulation.now()}`), false);
  emulation.at(20, () => log.push("third"), false);
  emulation.at(15, () => log.push("never"), false).cancel();
  t.true(emulation.runWhile(() => log.length === 1, 1e9));
  emulation.runUntil(30_000);
  t.deepEqual(log, ["first at 10", "second at 20", "third"]);
  t.false(emulation.runWhile(() => false, 40_000));
  t.is(emulation.nanos, 40_000);
});
