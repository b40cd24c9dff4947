import test from "ava";
import {
  LatencyCounter,
  makeLatencyHistogram,
  recordLatency,
} from "../../../scripts/statistics/latency-histogram.js";

test("a counter comes to the histogram that each latency recorded by itself makes", (t) => {
  const counter = new LatencyCounter();
  const histogram = makeLatencyHistogram();
  for (const latencyMs of [0, 0.0004, 0.0015, 0.25, 0.25, 1.2, 65.535, 65.536, 900, 61_000]) {
    counter.record(latencyMs);
    recordLatency(histogram, latencyMs);
  }
  const counted = counter.finish();
  t.is(counted.totalCount, histogram.totalCount);
  t.is(counted.mean, histogram.mean);
  for (const percentile of [1, 25, 50, 75, 99, 100]) {
    t.is(counted.getValueAtPercentile(percentile), histogram.getValueAtPercentile(percentile));
  }
});
