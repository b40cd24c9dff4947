import type { Histogram } from "prom-client";
import type { Latency } from "../page/snapshot.js";

const WINDOW_MS = 60_000;

interface Reading {
  readonly timeMs: number;
  /** Cumulative, by the buckets' order. */
  readonly counts: readonly number[];
}

/** What a histogram gained in the last minute. */
export class MinuteWindow {
  private readonly histogram: Histogram;
  private readings: Reading[] = [];
  private boundsMs: (number | null)[] = [];

  constructor(histogram: Histogram) {
    this.histogram = histogram;
  }

  async read(timeMs: number): Promise<Latency> {
    const { values } = await this.histogram.get();
    const buckets = values.filter(({ metricName }) => metricName?.endsWith("_bucket"));
    this.boundsMs = buckets.map(({ labels }) => {
      const bound = (labels as { le?: number | string }).le;
      return typeof bound === "number" ? bound * 1_000 : null;
    });
    const counts = buckets.map(({ value }) => value);
    this.readings.push({ timeMs, counts });
    while ((this.readings[1]?.timeMs ?? timeMs) <= timeMs - WINDOW_MS) this.readings.shift();
    return this.since(this.readings[0]?.counts ?? [], counts);
  }

  private since(before: readonly number[], now: readonly number[]): Latency {
    const gained = now.map((count, index) => count - (before[index] ?? 0));
    return {
      orders: gained.at(-1) ?? 0,
      buckets: gained.map((count, index) => ({
        atMostMs: this.boundsMs[index] ?? null,
        orders: count - (gained[index - 1] ?? 0),
      })),
    };
  }
}
