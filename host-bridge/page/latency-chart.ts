import uPlot from "/vendor/uplot.js";
import { colour } from "./elements.js";
import { grouped, short } from "./format.js";
import { axis, keepInShape } from "./rate-chart.js";
import type { Latency, LatencyBucket } from "./snapshot.js";
import { fillTable } from "./tables.js";

const HEIGHT = 220;

/** How long orders waited: a bar for each bucket, with its share above it. */
export class LatencyChart {
  private readonly into: HTMLElement;
  private readonly table: HTMLElement;
  private readonly plot: uPlot;
  private buckets: readonly LatencyBucket[] = [];

  constructor(into: HTMLElement, table: HTMLElement) {
    this.into = into;
    this.table = table;
    this.plot = new uPlot(
      {
        width: into.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => [-0.6, Math.max(1, this.buckets.length) - 0.4] },
          y: { range: (_plot, _least, most) => [0, Math.max(10, most * 1.1)] },
        },
        axes: [
          {
            ...axis(),
            grid: { show: false },
            splits: () => this.buckets.map((_, index) => index),
            values: (plot, splits) => splits.map((index) => this.nameOf(index, plot.width)),
          },
          { ...axis(), size: 54, values: (_plot, splits) => splits.map(short) },
        ],
        series: [
          {},
          {
            width: 0,
            stroke: () => colour("series"),
            fill: () => colour("series"),
            ...bars(),
            points: { show: false },
          },
        ],
      },
      [[], []],
      into,
    );
    keepInShape(into, this.plot, HEIGHT);
  }

  show({ buckets, orders }: Latency): void {
    this.buckets = buckets;
    this.plot.setData([buckets.map((_, index) => index), buckets.map((bucket) => bucket.orders)]);
    const median = quantile(buckets, orders, 0.5);
    const high = quantile(buckets, orders, 0.99);
    this.into.setAttribute(
      "aria-label",
      orders === 0
        ? "Latency: no orders in the last minute"
        : `Latency of ${grouped(orders)} orders: half of them ${median}, 99 % ${high}`,
    );
    fillTable(
      this.table,
      ["from the order to its numbers", "orders"],
      buckets.map((bucket) => [bucketText(bucket), grouped(bucket.orders)]),
      [1],
    );
  }

  /** Where there is little room, every other bucket has its name. */
  private nameOf(index: number, width: number): string {
    const every = width < 420 ? 3 : width < 640 ? 2 : 1;
    const bucket = this.buckets[index];
    if (bucket === undefined || index % every !== 0) return "";
    return bucket.atMostMs === null ? "more" : limitText(bucket.atMostMs);
  }
}

function bars(): Pick<uPlot.Series, "paths"> {
  const paths = uPlot.paths.bars?.({ size: [0.8, 60] });
  return paths === undefined ? {} : { paths };
}

/** The upper bound of the bucket in which that share of the orders ends. */
export function quantile(buckets: readonly LatencyBucket[], orders: number, share: number): string {
  let passed = 0;
  for (const bucket of buckets) {
    passed += bucket.orders;
    if (passed >= orders * share) return bucketText(bucket);
  }
  return "";
}

function bucketText({ atMostMs }: LatencyBucket): string {
  return atMostMs === null ? "longer" : `up to ${limitText(atMostMs)}`;
}

function limitText(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`;
}
