import test from "ava";
import { judgeMemory, type MemorySample } from "../../../scripts/bench/memory-figures.js";

function samples(...bytes: number[]): MemorySample[] {
  return bytes.map((one, at) => ({ calls: (at + 1) * 100, bytes: one }));
}

test("what grows only while it warms up is flat", (t) => {
  t.deepEqual(judgeMemory(samples(50, 70, 95, 100, 101, 99, 102, 104)), {
    start: 50,
    middle: 95,
    end: 102,
    most: 104,
    isFlat: true,
  });
});

test("what grows by more than a tenth between the second quarter and the last is not", (t) => {
  t.false(judgeMemory(samples(50, 60, 70, 80, 90, 100, 110, 120)).isFlat);
  t.true(judgeMemory(samples(50, 90, 100, 100, 200, 100, 100, 110)).isFlat, "a moment is no growth");
});

test("too few looks are no judgement", (t) => {
  t.throws(() => judgeMemory([]));
  t.throws(() => judgeMemory(samples(1, 2)));
});
