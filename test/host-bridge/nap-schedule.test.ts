import test from "ava";
import { NapSchedule } from "../../host-bridge/nap-schedule.js";

/** What the system adds to every sleep. */
const SLACK_MS = 0.066;

interface Seen {
  readonly naps: number;
  readonly lateMs: number;
}

/** Waits for an answer that comes after `answerMs`. */
function wait(schedule: NapSchedule, answerMs: number): Seen {
  let nowMs = 1_000;
  const comesMs = nowMs + answerMs;
  let naps = 0;
  while (nowMs < comesMs) {
    nowMs += schedule.next(nowMs, 60_000) + SLACK_MS;
    naps += 1;
  }
  schedule.end(nowMs);
  return { naps, lateMs: nowMs - comesMs };
}

/** The mean of many waits, of which each answer takes up to a tenth more or less than the others. */
function meanOf(schedule: NapSchedule, count: number, answerMs: number): Seen {
  let [naps, lateMs] = [0, 0];
  for (let index = 0; index < count; index += 1) {
    const seen = wait(schedule, answerMs * (0.9 + 0.2 * ((index * 0.618_034) % 1)));
    naps += seen.naps / count;
    lateMs += seen.lateMs / count;
  }
  return { naps, lateMs };
}

for (const answerMs of [0.3, 0.6, 2, 20, 300]) {
  test(`answers that take ${answerMs} ms are seen soon, and after few looks`, (t) => {
    const schedule = new NapSchedule();
    meanOf(schedule, 2_000, answerMs);
    const { naps, lateMs } = meanOf(schedule, 1_000, answerMs);
    t.true(lateMs < 0.05 + answerMs / 16, `${lateMs} ms late`);
    t.true(naps < 8 + 2 * answerMs, `${naps} looks`);
  });
}

test("when answers become quicker, it does not sleep through them for long", (t) => {
  const schedule = new NapSchedule();
  meanOf(schedule, 2_000, 3);
  meanOf(schedule, 100, 0.3);
  t.true(meanOf(schedule, 1_000, 0.3).lateMs < 0.1);
});

test("no nap is longer than asked, but for what the system adds, nor than 4 ms", (t) => {
  const schedule = new NapSchedule();
  meanOf(schedule, 100, 500);
  t.true(schedule.next(0, 0.01) <= 0.01);
  t.true(schedule.next(100_000, 60_000) <= 4);
});

test("a wait that was given up teaches nothing", (t) => {
  const schedule = new NapSchedule();
  meanOf(schedule, 2_000, 0.5);
  const before = schedule.next(0, 1_000);
  schedule.forget();
  schedule.end(9_000_000);
  t.is(schedule.next(10_000_000, 1_000), before);
});
