import { formatCount, formatLatency } from "../text/quantities.js";

/** How many latencies lie from `fromUs` up to, not including, `toUs`. */
export interface Bucket {
  readonly fromUs: number;
  readonly toUs: number;
  readonly count: number;
}

/** Buckets to a doubling of the latency. */
const STEPS = 2;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * Sorts latencies into buckets that grow with the latency, each 2^(1/2) times as wide as the last: the interesting part of
 * a latency spans several orders of magnitude.
 * @param latenciesUs microseconds, each above 0.
 * @returns every bucket from the first that is not empty to the last; none where there are no latencies.
 */
export function sortIntoBuckets(latenciesUs: Iterable<number>): Bucket[] {
  const counts = new Map<number, number>();
  for (const latency of latenciesUs) {
    const step = Math.floor(Math.log2(Math.max(1, latency)) * STEPS);
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const steps = [...counts.keys()];
  const first = Math.min(...steps);
  const last = Math.max(...steps);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const step = first + index;
    return { fromUs: 2 ** (step / STEPS), toUs: 2 ** ((step + 1) / STEPS), count: counts.get(step) ?? 0 };
  });
}

/**
 * Draws a bar for each bucket, the longest `width` characters long. A bucket that is not empty always shows.
 * @returns lines of text without escape sequences.
 */
export function drawHistogram(buckets: readonly Bucket[], width = 48): string[] {
  const most = Math.max(...buckets.map((bucket) => bucket.count), 1);
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  const from = buckets.map((bucket) => formatLatency(bucket.fromUs));
  const fromWidth = Math.max(...from.map((text) => text.length), 0);
  return buckets.map(({ count }, index) => {
    const bar = drawBar((count / most) * width, count > 0).padEnd(width);
    const percent = `${((100 * count) / total).toFixed(1)} %`;
    return `${(from[index] ?? "").padStart(fromWidth)} ┤${bar} ${percent.padStart(7)}  ${formatCount(count)}`;
  });
}

/** @param length in characters, drawn to an eighth. */
function drawBar(length: number, visible: boolean): string {
  const eighths = Math.max(Math.round(length * 8), visible ? 1 : 0);
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}
