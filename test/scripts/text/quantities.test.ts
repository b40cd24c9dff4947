import test from "ava";
import { formatCount, formatLatency } from "../../../scripts/text/quantities.js";

test("counts have separators, and a digit after the point only where small", (t) => {
  t.deepEqual([0.5, 9.96, 12.7, 1_234_567].map(formatCount), ["0.5", "10", "13", "1,234,567"]);
});

test("latencies take the unit that fits", (t) => {
  t.deepEqual([1, 999, 1000, 1440, 99_999, 123_456, 999_999, 2_100_000].map(formatLatency), [
    "1 µs",
    "999 µs",
    "1.00 ms",
    "1.44 ms",
    "100.00 ms",
    "123 ms",
    "1000 ms",
    "2.10 s",
  ]);
});
