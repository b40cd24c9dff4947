import test from "ava";
import { BoardClock } from "../../../../boards/emulated/chip/board-clock.js";

test("time follows from cycles, and alarms ring in order, those of one instant as they were set", (t) => {
  const clock = new BoardClock();
  const counter = { cycles: 100 };
  clock.follow(counter);
  const rung: string[] = [];
  const alarm = (name: string): { schedule(nanos: number): void; cancel(): void } =>
    clock.createAlarm(() => rung.push(`${name} at ${clock.nanos}`));
  clock.setEnd(1_000);
  t.is(clock.stopCycles, 100 + 125);
  alarm("late").schedule(400);
  alarm("first").schedule(80);
  alarm("second").schedule(80);
  const never = alarm("never");
  never.schedule(80);
  never.cancel();
  t.is(clock.stopCycles, 110);
  t.is(clock.nextNanos, 80);
  counter.cycles = 109;
  clock.ring();
  t.deepEqual(rung, []);
  counter.cycles = 111;
  clock.ring();
  t.deepEqual(rung, ["first at 88", "second at 88"]);
  t.is(clock.stopCycles, 150);
});

test("an alarm that is set again moves", (t) => {
  const clock = new BoardClock();
  const counter = { cycles: 0 };
  clock.follow(counter);
  let rings = 0;
  const alarm = clock.createAlarm(() => {
    rings += 1;
  });
  alarm.schedule(80);
  alarm.schedule(800);
  counter.cycles = 50;
  clock.ring();
  t.is(rings, 0);
  counter.cycles = 100;
  clock.ring();
  t.is(rings, 1);
  t.is(clock.nextNanos, Number.POSITIVE_INFINITY);
});

test("another frequency changes how long a cycle is from then on", (t) => {
  const clock = new BoardClock();
  const counter = { cycles: 0 };
  clock.follow(counter);
  counter.cycles = 125;
  clock.setFrequency(12_500_000);
  t.is(clock.nanos, 1_000);
  counter.cycles = 135;
  t.is(clock.nanos, 1_800);
  clock.setEnd(2_600);
  t.is(clock.stopCycles, 145);
});

test("at a board's end no alarm rings any more, not even one that sets itself for now", (t) => {
  const clock = new BoardClock();
  clock.follow({ cycles: 0 });
  let rings = 0;
  const alarm = clock.createAlarm(() => {
    rings += 1;
    clock.halt();
    alarm.schedule(0);
  });
  alarm.schedule(0);
  clock.ring();
  t.is(rings, 1);
});
