import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from "hdr-histogram-js";

/** Longest latency that is told from a longer one. */
const HIGHEST_US = 60_000_000;

/** @returns an empty histogram of microseconds, exact to three digits. */
export function makeLatencyHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
  });
}

/** Adds one latency; what is longer than a minute counts as a minute. */
export function recordLatency(histogram: Histogram, latencyMs: number): void {
  histogram.recordValue(Math.min(HIGHEST_US, Math.max(1, Math.round(latencyMs * 1000))));
}

/** For a message between processes. */
export function packHistogram(histogram: Histogram): string {
  return encodeIntoCompressedBase64(histogram);
}

/** @returns the sum of packed histograms. */
export function unpackHistograms(packed: readonly string[]): Histogram {
  const sum = makeLatencyHistogram();
  for (const one of packed) sum.add(decodeFromCompressedBase64(one));
  return sum;
}
