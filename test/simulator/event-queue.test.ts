import test from "ava";
import { EventQueue } from "./event-queue.js";
import { Random } from "./random.js";

test("events come in the order of their times, and of their planning where those are the same", (t) => {
  const queue = new EventQueue();
  const random = new Random(1, 1);
  const target = { handle: (): void => {} };
  const planned: { atUs: number; value: number }[] = [];
  for (let value = 0; value < 2_000; value += 1) {
    const atUs = random.below(300);
    planned.push({ atUs, value });
    queue.add(atUs, target, 0, value, null);
  }
  planned.sort((one, other) => one.atUs - other.atUs || one.value - other.value);
  const taken = planned.map(() => {
    const nextAtUs = queue.nextAtUs;
    const event = queue.take();
    t.is(event.atUs, nextAtUs);
    const { atUs, value } = event;
    queue.release(event);
    return { atUs, value };
  });
  t.deepEqual(taken, planned);
  t.is(queue.nextAtUs, Number.POSITIVE_INFINITY);
});

test("one seed and stream give one row of numbers, others another", (t) => {
  const row = (seed: number, stream: number): number[] => {
    const random = new Random(seed, stream);
    return Array.from({ length: 5 }, () => random.uint32());
  };
  t.deepEqual(row(1, 2), row(1, 2));
  t.notDeepEqual(row(1, 2), row(1, 3));
  t.notDeepEqual(row(1, 2), row(2, 2));
});

test("draws keep their bounds and their mean", (t) => {
  const random = new Random(7, 7);
  let sum = 0;
  for (let draw = 0; draw < 20_000; draw += 1) {
    const value = random.between(3, 9);
    t.true(Number.isInteger(value) && value >= 3 && value <= 9);
    sum += random.around(1_000);
  }
  t.true(Math.abs(sum / 20_000 - 1_000) < 30);
});
