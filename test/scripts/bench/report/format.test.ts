import test from "ava";
import { callersOf, formatRatio, ratioToReference } from "../../../../scripts/bench/report/format.js";
import { sampleResult } from "../sample-result.js";

test("ratios keep two to three digits that mean something", (t) => {
  t.deepEqual([0.0123, 0.5, 1, 9.87, 12.345, 456.7].map(formatRatio), [
    "0.012x",
    "0.50x",
    "1.0x",
    "9.9x",
    "12.3x",
    "457x",
  ]);
  t.is(formatRatio(undefined), "-");
  t.is(formatRatio(Number.POSITIVE_INFINITY), "-");
});

test("a ratio is to Redis with as many callers, and there is none where either is missing", (t) => {
  const result = sampleResult();
  t.is(ratioToReference(result, "seqcard-xs", 1024), 12.5);
  t.is(ratioToReference(result, "redis", 1), 1);
  t.is(ratioToReference(result, "postgres", 1024), undefined);
  t.is(ratioToReference(result, "nobody", 1), undefined);
  t.is(ratioToReference({ ...result, systems: result.systems.slice(0, 1) }, "seqcard-xs", 1), undefined);
});

test("callers are every number that any system was measured with, smallest first", (t) => {
  t.deepEqual(callersOf(sampleResult()), [1, 1024]);
});
