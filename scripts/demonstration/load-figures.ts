import type { Deliveries } from "../checker/index.js";
import { makeLatencyHistogram, recordLatency } from "../statistics/latency-histogram.js";

/** What the callers saw. */
export interface LoadFigures {
  readonly numbersPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly latenciesUs: Float64Array;
}

/** Figures of what was asked for from `fromNs` on and had come before `toNs`. */
export function measureLoad(deliveries: Deliveries, fromNs: bigint, toNs: bigint): LoadFigures {
  const { requestTimesNs, deliveryTimesNs } = deliveries;
  const histogram = makeLatencyHistogram();
  const latenciesUs = new Float64Array(deliveries.length);
  let count = 0;
  let firstNs = 0n;
  let lastNs = 0n;
  for (let index = 0; index < deliveries.length; index += 1) {
    const requestedNs = requestTimesNs[index] as bigint;
    const deliveredNs = deliveryTimesNs[index] as bigint;
    if (requestedNs < fromNs || deliveredNs >= toNs) continue;
    const latencyUs = Number(deliveredNs - requestedNs) / 1000;
    recordLatency(histogram, latencyUs / 1000);
    latenciesUs[count] = latencyUs;
    count += 1;
    if (count === 1 || requestedNs < firstNs) firstNs = requestedNs;
    if (deliveredNs > lastNs) lastNs = deliveredNs;
  }
  return {
    numbersPerSecond: count === 0 ? 0 : count / (Number(lastNs - firstNs) / 1e9),
    p50Us: histogram.getValueAtPercentile(50),
    p99Us: histogram.getValueAtPercentile(99),
    latenciesUs: latenciesUs.subarray(0, count),
  };
}
