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

/** What is shorter than this is counted in an array. */
const SHORT_US = 65_536;

/** Counts latencies for who has hundreds of thousands a second, and should not spend more time on that than on its work. */
export class LatencyCounter {
  private readonly histogram = makeLatencyHistogram();
  private readonly short = new Uint32Array(SHORT_US);

  record(latencyMs: number): void {
    const us = Math.round(latencyMs * 1000);
    if (us >= 1 && us < SHORT_US) (this.short[us] as number) += 1;
    else recordLatency(this.histogram, latencyMs);
  }

  /** @returns all that was recorded, as `recordLatency` would have it. To be called once, at the end. */
  finish(): Histogram {
    for (const [us, count] of this.short.entries()) {
      if (count > 0) this.histogram.recordValueWithCount(us, count);
    }
    return this.histogram;
  }
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
