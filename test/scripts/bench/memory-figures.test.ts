import test from "ava";
import { judgeMemory } from "../../../scripts/bench/memory-figures.js";

test("what grows only while it warms up is flat", (t) => {
  t.deepEqual(judgeMemory([50, 70, 95, 100, 101, 99, 102, 104]), {
    start: 50,
    middle: 95,
    end: 102,
    most: 104,
    isFlat: true,
  });
});

test("what grows by more than a tenth between the second quarter and the last is not", (t) => {
  t.false(judgeMemory([50, 60, 70, 80, 90, 100, 110, 120]).isFlat);
  t.true(judgeMemory([50, 60, 90, 100, 200, 100, 180, 99]).isFlat, "what a collection frees is no growth");
});

test("too few looks are no judgement", (t) => {
  t.throws(() => judgeMemory([]));
  t.throws(() => judgeMemory([1, 2, 3]));
});
