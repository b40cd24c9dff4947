import test from "ava";
import { MemoryCable } from "../../boards/selftest/memory-cable.js";
import { NumberCheck } from "../../boards/selftest/number-check.js";
import { describeResult, runSelfTest } from "../../boards/selftest/self-test.js";
import { VirtualClock } from "../../boards/selftest/virtual-clock.js";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { Uint64 } from "../../firmware/wire/uint64.js";

test("the self test that boards run passes in Node", (t) => {
  const result = runSelfTest();
  t.true(result.passed, describeResult(result));
  t.is(result.delivered, 1000);
  t.is(result.card, undefined);
});

test("it goes the same way each time", (t) => {
  t.deepEqual(runSelfTest(), runSelfTest());
});

test("it tells what the newest card takes, where the engine can say", (t) => {
  let calls = 0;
  const result = runSelfTest(() => {
    calls += 1;
    return { slotBytes: 1000 * calls * calls, chunkBytes: 10 * calls };
  });
  t.deepEqual(result.card, { slotBytes: 36_000 - 25_000, chunkBytes: 10 });
  t.regex(
    describeResult(result),
    /passed: 1000 numbers .*; one card takes 11000 B of slots, 10 B of chunks$/,
  );
});

test("a failed result says so in its line", (t) => {
  const result = { ...runSelfTest(), passed: false, duplicates: 2 };
  t.regex(describeResult(result), /^self test FAILED: .* 2 duplicates/);
});

test("the check finds duplicates, strangers, disorder and what is missing", (t) => {
  const check = new NumberCheck(new Uint64(0, 10), 5);
  const nothing = new Uint64();
  check.deliver(new Uint64(0, 11), 2, nothing);
  t.is(check.missing, 3);
  t.is(check.highest.compare(new Uint64(0, 12)), 0);
  check.deliver(new Uint64(0, 12), 1, nothing);
  t.is(check.duplicates, 1);
  check.deliver(new Uint64(0, 9), 2, check.highest);
  t.is(check.strangers, 1);
  t.is(check.disordered, 2);
  check.deliver(new Uint64(0, 14), 2, check.highest);
  t.is(check.strangers, 2);
  t.is(check.missing, 1);
  t.is(check.delivered, 7);
});

test("a cable carries frames both ways, later", (t) => {
  const clock = new VirtualClock();
  const cable = new MemoryCable(clock);
  const heard: string[] = [];
  cable.one.onFrame = (frame) => heard.push(`one hears ${frame.bytes[0]}`);
  cable.other.onFrame = (frame) => heard.push(`other hears ${frame.bytes[0]}`);
  const frame = new FrameBuffer();
  frame.length = 1;
  frame.bytes[0] = 7;
  t.true(cable.one.send(frame));
  frame.bytes[0] = 8;
  t.true(cable.other.send(frame));
  t.deepEqual(heard, []);
  t.false(clock.runUntil(() => false, 1_000));
  t.deepEqual(heard, ["other hears 7", "one hears 8"]);
});

test("the clock runs events and alarms in the order of their times, and stops at its end", (t) => {
  const clock = new VirtualClock();
  const log: string[] = [];
  const alarm = clock.makeAlarm();
  alarm.atUs = 15;
  alarm.onAlarm = () => log.push(`alarm at ${clock.nowUs}`);
  clock.after(20, () => log.push(`late at ${clock.nowUs}`));
  clock.after(10, () => log.push(`early at ${clock.nowUs}`));
  clock.after(20, () => log.push(`last at ${clock.nowUs}`));
  clock.after(50, () => log.push("never"));
  t.false(clock.runUntil(() => false, 40));
  t.deepEqual(log, ["early at 10", "alarm at 15", "late at 20", "last at 20"]);
  t.true(clock.runUntil(() => true, 40));
});
