import test from "ava";
import { createRandom } from "../../../boards/virtual/random.js";
import { TimerQueue } from "../../../boards/virtual/scheduler.js";
import { VirtualScheduler } from "../../../boards/virtual/virtual-scheduler.js";
import { WallScheduler } from "../../../boards/virtual/wall-scheduler.js";

test("a queue gives entries by time, and by age where the times are equal", (t) => {
  const queue = new TimerQueue();
  const random = createRandom(9);
  const times = Array.from({ length: 500 }, () => Math.floor(random() * 50));
  const order: [number, number][] = [];
  times.forEach((timeUs, age) => {
    queue.add(timeUs, () => order.push([timeUs, age]));
  });
  for (let entry = queue.take(); entry !== undefined; entry = queue.take()) entry.action?.();
  t.is(order.length, 500);
  t.deepEqual(
    order,
    [...order].sort((left, right) => left[0] - right[0] || left[1] - right[1]),
  );
});

test("a cancelled entry never comes up", (t) => {
  const queue = new TimerQueue();
  const first = queue.add(1, () => {});
  const second = queue.add(2, () => {});
  first.cancel();
  t.is(queue.peek(), second);
  second.cancel();
  t.is(queue.take(), undefined);
});

test("the virtual clock jumps to the next alarm and no further than told", (t) => {
  const scheduler = new VirtualScheduler();
  const seen: number[] = [];
  scheduler.at(10, () => seen.push(scheduler.now()), true);
  scheduler.at(30, () => seen.push(scheduler.now()), true);
  scheduler.runUntil(20);
  t.deepEqual(seen, [10]);
  t.is(scheduler.now(), 20);
  scheduler.at(5, () => seen.push(scheduler.now()), true);
  scheduler.runUntil(20);
  t.deepEqual(seen, [10, 20], "what is late happens now, not in the past");
  t.true(scheduler.step());
  t.false(scheduler.step());
});

test("the wall clock keeps order among precise and coarse alarms, and never calls early", async (t) => {
  const scheduler = new WallScheduler();
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    const start = scheduler.now();
    const expect = (name: string, timeUs: number, precise: boolean): void => {
      scheduler.at(
        timeUs,
        () => {
          t.true(scheduler.now() >= timeUs, `${name} came early`);
          seen.push(name);
          if (seen.length === 4) resolve();
        },
        precise,
      );
    };
    expect("fourth", start + 6_000, true);
    expect("second", start + 400, true);
    expect("third", start + 3_000, false);
    expect("first", start, false);
    scheduler.at(start + 2_000, () => seen.push("cancelled"), true).cancel();
    t.deepEqual(seen, [], "nothing happens from within at()");
  });
  t.deepEqual(seen, ["first", "second", "third", "fourth"]);
  scheduler.stop();
});

test("a stopped wall clock does nothing more", async (t) => {
  const scheduler = new WallScheduler();
  scheduler.at(scheduler.now(), () => t.fail(), true);
  scheduler.stop();
  scheduler.at(scheduler.now(), () => t.fail(), false);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  t.pass();
});
