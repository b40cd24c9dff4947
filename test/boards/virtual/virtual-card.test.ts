import test from "ava";
import type { CardEngine, EngineListener } from "../../../boards/virtual/card-engine.js";
import { type CardFlash, MemoryFlash } from "../../../boards/virtual/card-flash.js";
import { RigError } from "../../../boards/virtual/rig-error.js";
import {
  OFFSET_ANSWER_RECORD,
  OFFSET_ANSWER_RECORD_LENGTH,
  OP_BOOT,
  OP_TURN,
} from "../../../boards/virtual/turn-codec.js";
import { VirtualCard } from "../../../boards/virtual/virtual-card.js";
import { VirtualScheduler } from "../../../boards/virtual/virtual-scheduler.js";
import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";

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

  answer(wakeUpUs: number, record: readonly number[] = [], sent: readonly number[] = []): void {
    const head = Buffer.alloc(OFFSET_ANSWER_RECORD);
    head.writeDoubleLE(wakeUpUs, 0);
    head[OFFSET_ANSWER_RECORD_LENGTH] = record.length;
    const piece = sent.length === 0 ? [] : [0, sent.length, 0, ...sent];
    this.listener.onTurn({ answer: Buffer.concat([head, Buffer.from([...record, ...piece])]), compute: 5 });
  }
}

/** A card with one cable and its USB line, switched on. */
function powerOn(flash: CardFlash = new MemoryFlash()) {
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
    forget: () => happened.push(`${name} forgets`),
  });
  const card = new VirtualCard({
    id: 1,
    chipId: new Uint64(0, 7),
    timing: DEFAULT_TIMING,
    flash: {
      get state() {
        return flash.state;
      },
      get record() {
        return flash.record;
      },
      write: (record) => {
        flash.write(record);
        happened.push(`flash ${record.join(" ")}`);
      },
    },
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
  return { card, deaths, engine: engines[0] as ScriptedEngine, engines, happened, scheduler };
}

test("what was written is durable before anything that was sent gets out", (t) => {
  const { engine, happened } = powerOn();
  engine.answer(1_000, [8, 9], [1, 2]);
  t.deepEqual(happened, ["flash 8 9", "cable 1 2"]);
});

test("where the flash fails nothing gets out, and the card is dead", (t) => {
  const failing: CardFlash = {
    state: 0,
    record: new Uint8Array(0),
    write: () => {
      throw new RigError("STORAGE_FAILED", "no space");
    },
  };
  const { card, deaths, engine, happened } = powerOn(failing);
  engine.answer(1_000, [8], [1, 2]);
  t.deepEqual(deaths, ["no space"]);
  t.deepEqual(happened, ["cable forgets", "usb forgets"]);
  t.true(engine.killed);
  t.false(card.isRunning);
});

test("a card killed in a turn loses both what it wrote and what it sent", async (t) => {
  const flash = new MemoryFlash();
  const { card, engine, happened } = powerOn(flash);
  engine.answer(1_000, [1]);
  card.receive(0, Uint8Array.of(5));
  happened.length = 0;
  await card.kill();
  engine.answer(2_000, [2], [1, 2]);
  t.deepEqual(happened, ["cable forgets", "usb forgets"]);
  t.deepEqual(flash.record, Uint8Array.of(1));
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

test("after a kill and a start the card boots with its record and with time from zero", async (t) => {
  const { card, engine, engines, scheduler } = powerOn();
  engine.answer(1_000, [8, 9]);
  scheduler.runUntil(700);
  await card.kill();
  card.receive(0, Uint8Array.of(1));
  scheduler.runUntil(5_000);
  t.is(engine.commands.length, 1, "no power, no turn");
  card.start();
  const boot = Buffer.from(engines[1]?.commands[0] as Uint8Array);
  t.is(boot[0], OP_BOOT);
  t.true(boot.includes(Buffer.from([1, 2, 8, 9])), "record found, two bytes, and these");
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
