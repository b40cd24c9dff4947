import test from "ava";
import { DEFAULT_CABLE } from "../../../boards/virtual/cable.js";
import type { CardEngine, EngineListener } from "../../../boards/virtual/card-engine.js";
import { LONGEST_ERASE_US, PROGRAM_US, SHORTEST_ERASE_US } from "../../../boards/virtual/flash-work.js";
import { createRandom } from "../../../boards/virtual/random.js";
import {
  ANSWER_HEADER_BYTES,
  FLASH_ERASE,
  FLASH_PROGRAM,
  OFFSET_FLASH_BYTES,
  OFFSET_PAGE_COUNT,
  OFFSET_PAGES,
  OP_BOOT,
  OP_TURN,
  RATE_PORT,
} from "../../../boards/virtual/turn-codec.js";
import { VirtualCard } from "../../../boards/virtual/virtual-card.js";
import { VirtualScheduler } from "../../../boards/virtual/virtual-scheduler.js";
import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";
import { makeFlash, PAGE_BYTES } from "../../support/flash-bench.js";

/** A page full of one byte. */
function page(byte: number): number[] {
  return Array.from({ length: PAGE_BYTES }, () => byte);
}

const offsetBytes = (offset: number): number[] => [offset & 0xff, offset >> 8, 0, 0];

/** What an engine answers that has programmed a page. */
function program(offset: number, byte: number): number[] {
  return [FLASH_PROGRAM, ...offsetBytes(offset), ...page(byte)];
}

function erase(offset: number): number[] {
  return [FLASH_ERASE, ...offsetBytes(offset)];
}

/** An engine that answers when the test says so. */
class ScriptedEngine implements CardEngine {
  readonly processId = undefined;
  readonly gone = Promise.resolve();
  readonly commands: Uint8Array[] = [];
  killed = false;
  paused = false;
  readonly listener: EngineListener;

  constructor(listener: EngineListener) {
    this.listener = listener;
  }

  run(command: Uint8Array): void {
    this.commands.push(command);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  kill(): void {
    this.killed = true;
  }

  /** @param sent is for the cable. @param behind whole pieces that follow. */
  answer(
    wakeUpUs: number,
    operations: readonly number[] = [],
    sent: readonly number[] = [],
    behind: readonly number[] = [],
  ): void {
    const head = Buffer.alloc(ANSWER_HEADER_BYTES);
    head.writeDoubleLE(wakeUpUs, 0);
    head.writeUInt32LE(operations.length, OFFSET_FLASH_BYTES);
    const piece = sent.length === 0 ? [] : [0, sent.length, 0, ...sent];
    const answer = Buffer.concat([head, Buffer.from([...operations, ...piece, ...behind])]);
    this.listener.onTurn({ answer, compute: 5 });
  }
}

/** A card with one cable and its USB line, switched on. */
function powerOn(flash = makeFlash(2, 8)) {
  const scheduler = new VirtualScheduler();
  const engines: ScriptedEngine[] = [];
  const happened: string[] = [];
  const deaths: string[] = [];
  const output = (name: string) => ({
    room: () => 100,
    write: (bytes: Uint8Array) => {
      happened.push(`${name} ${bytes.join(" ")}`);
      return true;
    },
    setBitRate: (bitRate: number) => happened.push(`${name} at ${bitRate}`),
    forget: () => happened.push(`${name} forgets`),
  });
  const card = new VirtualCard({
    id: 1,
    chipId: new Uint64(0, 7),
    timing: DEFAULT_TIMING,
    cable: DEFAULT_CABLE,
    flash,
    random: createRandom(1),
    scheduler,
    outputs: [output("cable"), output("usb")],
    makeEngine: (listener) => {
      const engine = new ScriptedEngine(listener);
      engines.push(engine);
      return engine;
    },
    makeSeed: () => 3,
    onDeath: (reason) => deaths.push(reason),
  });
  card.start();
  return { card, deaths, engine: engines[0] as ScriptedEngine, engines, flash, happened, scheduler };
}

test("what was written is durable before anything that was sent gets out, and takes its time", (t) => {
  const { card, engine, flash, happened, scheduler } = powerOn();
  engine.answer(1_000, [...program(0, 8), ...program(PAGE_BYTES, 9)], [1, 2]);
  scheduler.runUntil(2 * PROGRAM_US - 1);
  t.deepEqual(happened, []);
  t.deepEqual([flash.bytes[0], flash.bytes[PAGE_BYTES]], [8, 0xff]);
  scheduler.runUntil(2 * PROGRAM_US);
  t.deepEqual(happened, ["cable 1 2"]);
  t.deepEqual([flash.bytes[0], flash.bytes[PAGE_BYTES]], [8, 9]);
  t.deepEqual([card.flashWork.programs, card.flashWork.busyUs], [2, 2 * PROGRAM_US]);
});

test("a cable's new rate takes its place among what is sent", (t) => {
  const { engine, happened, scheduler } = powerOn();
  engine.answer(1_000, [], [1, 2], [RATE_PORT, 4, 0, 0x80, 0x25, 0, 0, 0, 1, 0, 3]);
  scheduler.runUntil(1);
  t.deepEqual(happened, ["cable 1 2", "cable at 9600", "cable 3"]);
});

test("an erase behind it holds back nothing that was sent; while it lasts the card is deaf", (t) => {
  const { card, engine, flash, happened, scheduler } = powerOn();
  flash.program(flash.sectorBytes, Uint8Array.from(page(0)));
  engine.answer(1_000, [...program(0, 8), ...erase(flash.sectorBytes)], [1, 2]);
  scheduler.runUntil(PROGRAM_US);
  t.deepEqual(happened, ["cable 1 2"]);
  scheduler.runUntil(SHORTEST_ERASE_US);
  card.receive(0, Uint8Array.of(1, 2, 3));
  t.is(card.lostBytes, 3);
  t.is(flash.bytes[flash.sectorBytes], 0);
  t.is(engine.commands.length, 1, "its alarm waits too");
  scheduler.runUntil(PROGRAM_US + LONGEST_ERASE_US);
  t.is(flash.bytes[flash.sectorBytes], 0xff);
  t.is(engine.commands.length, 2);
  t.true(Buffer.from(engine.commands[1] as Uint8Array).readDoubleLE(1) >= SHORTEST_ERASE_US);
  t.is(card.flashWork.erases, 1);
});

test("where the flash fails nothing gets out, and the card is dead", (t) => {
  const { card, deaths, engine, flash, happened, scheduler } = powerOn();
  flash.failures = { program: () => true };
  engine.answer(1_000, program(0, 8), [1, 2]);
  scheduler.runUntil(PROGRAM_US);
  t.regex(deaths.join(), /did not take what it wrote/);
  t.deepEqual(happened, ["cable forgets", "usb forgets"]);
  t.true(engine.killed);
  t.false(card.isRunning);
});

test("a card killed in a turn loses both what it wrote and what it sent", async (t) => {
  const { card, engine, flash, happened, scheduler } = powerOn();
  engine.answer(1_000, program(0, 1));
  scheduler.runUntil(PROGRAM_US);
  card.receive(0, Uint8Array.of(5));
  happened.length = 0;
  await card.kill();
  engine.answer(2_000, program(PAGE_BYTES, 2), [1, 2]);
  scheduler.runUntil(10_000);
  t.deepEqual(happened, ["cable forgets", "usb forgets"]);
  t.deepEqual([flash.bytes[0], flash.bytes[PAGE_BYTES]], [1, 0xff]);
});

test("a card killed while a page is programmed leaves a part of it, and what it sent never gets out", async (t) => {
  const parts = new Set<number>();
  for (let us = 0; us < PROGRAM_US; us += 50) {
    const { card, engine, flash, happened, scheduler } = powerOn();
    engine.answer(1_000, program(0, 0), [1, 2]);
    scheduler.runUntil(us);
    await card.kill();
    scheduler.runUntil(10_000);
    t.deepEqual(happened, ["cable forgets", "usb forgets"]);
    parts.add(flash.bytes.subarray(0, PAGE_BYTES).filter((byte) => byte === 0).length);
  }
  t.true(parts.size > 5);
  t.false(parts.has(PAGE_BYTES));
});

test("a card killed in an erase leaves a part of it", async (t) => {
  const { card, engine, flash, scheduler } = powerOn();
  for (let place = 0; place < 8; place += 1) flash.program(place * PAGE_BYTES, Uint8Array.from(page(0)));
  engine.answer(1_000, erase(0));
  scheduler.runUntil(20_000);
  await card.kill();
  const erased = flash.bytes.subarray(0, flash.sectorBytes).filter((byte) => byte === 0xff).length;
  t.true(erased > 0 && erased < flash.sectorBytes, String(erased));
});

test("a cut that was asked for comes within the next write, wherever that is", (t) => {
  const { card, engine, flash, happened, scheduler } = powerOn();
  let cuts = 0;
  card.flashWork.cutNext(() => {
    cuts += 1;
    void card.kill();
  });
  scheduler.runUntil(5_000);
  t.is(cuts, 0);
  engine.answer(6_000, program(0, 0), [1, 2]);
  scheduler.runUntil(5_000 + PROGRAM_US);
  t.is(cuts, 1);
  t.false(card.isRunning);
  t.deepEqual(happened, ["cable forgets", "usb forgets"]);
  t.true(flash.bytes.subarray(0, PAGE_BYTES).some((byte) => byte !== 0));
});

test("what comes while the engine is busy goes in at once, in its order", (t) => {
  const { card, engine } = powerOn();
  card.receive(0, Uint8Array.of(1));
  t.is(engine.commands.length, 1, "it is booting");
  card.receive(1, Uint8Array.of(2, 3));
  engine.answer(50_000);
  t.is(engine.commands.length, 2);
  const turn = engine.commands[1] as Uint8Array;
  t.is(turn[0], OP_TURN);
  t.deepEqual([...turn.subarray(-9)], [0, 1, 0, 1, 1, 2, 0, 2, 3]);
  t.is(card.turns, 1);
  t.is(card.compute, 5);
});

test("a card that is too busy loses bytes, and counts them", (t) => {
  const { card } = powerOn();
  for (let index = 0; index < 70; index += 1) card.receive(0, new Uint8Array(1_000));
  t.is(card.lostBytes, 5_000);
});

test("the alarm is in time since the boot, and the last one counts", (t) => {
  const { card, engine, scheduler } = powerOn();
  engine.answer(1_000);
  scheduler.runUntil(500);
  card.receive(0, Uint8Array.of(1));
  engine.answer(3_000);
  scheduler.runUntil(2_999);
  t.is(engine.commands.length, 2);
  scheduler.runUntil(3_000);
  t.is(engine.commands.length, 3);
  t.is(Buffer.from(engine.commands[2] as Uint8Array).readDoubleLE(1), 3_000);
});

test("after a kill and a start the card boots with what its flash holds and with time from zero", async (t) => {
  const { card, engine, engines, scheduler } = powerOn();
  engine.answer(10_000, program(PAGE_BYTES, 9));
  scheduler.runUntil(PROGRAM_US);
  await card.kill();
  card.receive(0, Uint8Array.of(1));
  scheduler.runUntil(5_000);
  t.is(engine.commands.length, 1, "no power, no turn");
  card.start();
  const boot = Buffer.from(engines[1]?.commands[0] as Uint8Array);
  t.is(boot[0], OP_BOOT);
  t.is(boot.readUInt16LE(OFFSET_PAGE_COUNT), 1, "blank pages are left out");
  t.deepEqual([...boot.subarray(OFFSET_PAGES, OFFSET_PAGES + 2 + PAGE_BYTES)], [1, 0, ...page(9)]);
  engines[1]?.answer(100);
  scheduler.runUntil(5_100);
  t.is(Buffer.from(engines[1]?.commands[1] as Uint8Array).readDoubleLE(1), 100);
});

test("a card that hangs gets one turn at most, with the clock of then; what comes more is lost and counted", async (t) => {
  const { card, engine, scheduler } = powerOn();
  engine.answer(1_000);
  card.pause();
  t.true(engine.paused && card.isPaused && card.isRunning);
  scheduler.runUntil(9_000);
  t.is(engine.commands.length, 2, "the alarm's");
  t.is(Buffer.from(engine.commands[1] as Uint8Array).readDoubleLE(1), 1_000);
  for (let index = 0; index < 70; index += 1) card.receive(0, new Uint8Array(1_000));
  t.is(engine.commands.length, 2);
  t.is(card.lostBytes, 5_000);
  card.resume();
  t.false(engine.paused || card.isPaused);
  engine.answer(2_000);
  t.is(engine.commands.length, 3, "all that waited");
  t.is(Buffer.from(engine.commands[2] as Uint8Array).readDoubleLE(1), 9_000);
  card.pause();
  await card.kill();
  t.true(engine.killed);
  t.false(card.isPaused);
});

test("an engine that dies is reported once", (t) => {
  const { card, deaths, engine } = powerOn();
  engine.listener.onDeath("it burnt");
  engine.listener.onDeath("it burnt again");
  t.deepEqual(deaths, ["it burnt"]);
  t.false(card.isRunning);
});
