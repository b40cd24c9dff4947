import uPlot from "/vendor/uplot.js";
import { colour } from "./elements.js";
import { clockTime, grouped, short } from "./format.js";
import type { RatePoint } from "./snapshot.js";

const WINDOW_SECONDS = 300;
const HEIGHT = 220;
/** Between two marks of the time, in seconds. */
const WHOLE_SECONDS = [1, 5, 10, 15, 30, 60, 120];

/** Numbers a second over the last five minutes. */
export class RateChart {
  private readonly into: HTMLElement;
  private readonly plot: uPlot;
  private points: RatePoint[] = [];

  constructor(into: HTMLElement) {
    this.into = into;
    this.plot = new uPlot(
      {
        width: into.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: true }, y: { range: (_plot, _least, most) => [0, Math.max(10, most * 1.1)] } },
        axes: [
          {
            ...axis(),
            space: 70,
            incrs: WHOLE_SECONDS,
            values: (_plot, splits) => splits.map((at) => clockTime(at * 1_000)),
          },
          { ...axis(), size: 54, values: (_plot, splits) => splits.map(short) },
        ],
        series: [
          {},
          {
            width: 2,
            stroke: () => colour("series"),
            fill: () => colour("series-fill"),
            points: { show: false },
          },
        ],
      },
      [[], []],
      into,
    );
    keepInShape(into, this.plot, HEIGHT);
  }

  begin(points: readonly RatePoint[]): void {
    this.points = [...points];
    this.draw();
  }

  add(point: RatePoint): void {
    if (point.timeMs <= (this.points.at(-1)?.timeMs ?? 0)) return;
    this.points.push(point);
    if (this.points.length > WINDOW_SECONDS) this.points.shift();
    this.draw();
  }

  private draw(): void {
    const rates = this.points.map(({ numbersPerSecond }) => numbersPerSecond);
    this.plot.setData([this.points.map(({ timeMs }) => timeMs / 1_000), rates]);
    this.into.setAttribute(
      "aria-label",
      `Numbers a second over the last ${rates.length} seconds: ${grouped(rates.at(-1) ?? 0)} now, ${grouped(Math.max(0, ...rates))} at the most`,
    );
  }
}

/** Colours of an axis as the style sheet has them, in light and dark. */
export function axis(): uPlot.Axis {
  const grid = { stroke: () => colour("line"), width: 1 };
  return { stroke: () => colour("soft"), grid, ticks: grid, font: "12px system-ui, DejaVu Sans, sans-serif" };
}

/** As wide as its place; drawn anew where light becomes dark. */
export function keepInShape(into: HTMLElement, plot: uPlot, height: number): void {
  new ResizeObserver(() => {
    if (into.clientWidth > 0) plot.setSize({ width: into.clientWidth, height });
  }).observe(into);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw(false, true));
}
