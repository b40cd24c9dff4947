import test from "ava";
import fc from "fast-check";
import { drawHistogram, sortIntoBuckets } from "../../../scripts/demonstration/draw-histogram.js";

test("buckets double every two steps, from the first with something in it to the last", (t) => {
  const buckets = sortIntoBuckets([1000, 1000, 1500, 4000]);
  t.deepEqual(
    buckets.map(({ fromUs, count }) => [Math.round(fromUs), count]),
    [
      [724, 2],
      [1024, 0],
      [1448, 1],
      [2048, 0],
      [2896, 1],
    ],
  );
});

test("every latency is in exactly the bucket whose bounds hold it", (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 1, max: 6e7, noNaN: true }), { minLength: 1 }), (latencies) => {
      const buckets = sortIntoBuckets(latencies);
      t.is(
        buckets.reduce((sum, bucket) => sum + bucket.count, 0),
        latencies.length,
      );
      t.true((buckets[0]?.count ?? 0) > 0 && (buckets.at(-1)?.count ?? 0) > 0);
      const least = Math.min(...latencies);
      // The logarithm of a bound is not always exact.
      t.true(
        (buckets[0]?.fromUs ?? 0) <= least * (1 + 1e-9) && least <= (buckets[0]?.toUs ?? 0) * (1 + 1e-9),
      );
    }),
  );
});

test("what takes less than a microsecond counts as one", (t) => {
  t.deepEqual(sortIntoBuckets([0, 0.5]), [{ fromUs: 1, toUs: Math.SQRT2, count: 2 }]);
});

test("the longest bar fills the width, and what is there at all shows", (t) => {
  const lines = drawHistogram(
    [
      { fromUs: 500, toUs: 700, count: 1 },
      { fromUs: 700, toUs: 1000, count: 0 },
      { fromUs: 1000, toUs: 1400, count: 9999 },
    ],
    10,
  );
  t.deepEqual(lines, [
    " 500 µs ┤▏            0.0 %  1",
    " 700 µs ┤             0.0 %  0",
    "1.00 ms ┤██████████ 100.0 %  9,999",
  ]);
});

test("half a bar is half as long", (t) => {
  const lines = drawHistogram(
    [
      { fromUs: 1, toUs: 2, count: 50 },
      { fromUs: 2, toUs: 4, count: 100 },
    ],
    5,
  );
  t.regex(lines[0] ?? "", /┤██▌ {2}/);
});

test("nothing is drawn of nothing", (t) => {
  t.deepEqual(sortIntoBuckets([]), []);
  t.deepEqual(drawHistogram([]), []);
});
