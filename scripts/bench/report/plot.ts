import * as echarts from "echarts";
import { formatCount, formatLatency } from "../../text/quantities.js";
import type { BenchResult } from "../result.js";
import { callersOf, measurementOf } from "./format.js";

const WIDTH = 1000;
const HEIGHT = 820;
/** Told apart also by those who see no red or green (Okabe and Ito's palette). */
const COLORS = ["#0072b2", "#56b4e9", "#d55e00", "#e69f00", "#009e73", "#cc79a7"];

/**
 * Numbers a second above, latency below (bars: p50, their whiskers: p99), a group of bars for each number of callers.
 * Both axes are logarithmic: the systems lie orders of magnitude apart.
 * @returns an SVG document.
 */
export function plotSvg(result: BenchResult): string {
  const callers = callersOf(result);
  const measured = result.systems.filter((system) => system.measurements.length > 0);
  const categories = callers.map((count) => `${formatCount(count)} ${count === 1 ? "caller" : "callers"}`);
  const series = measured.flatMap((system, index): echarts.SeriesOption[] => {
    const color = COLORS[index % COLORS.length] as string;
    const values = (pick: "numbersPerSecond" | "p50Us" | "p99Us") =>
      callers.map((count) => measurementOf(system, count)?.[pick] ?? null);
    const bar = { type: "bar", name: system.title, itemStyle: { color } } as const;
    return [
      {
        ...bar,
        xAxisIndex: 0,
        yAxisIndex: 0,
        data: values("numbersPerSecond"),
        label: {
          show: true,
          position: "top",
          fontSize: 9,
          formatter: (bar: { readonly value?: unknown }) => shorten(Number(bar.value)),
        },
      },
      { ...bar, xAxisIndex: 1, yAxisIndex: 1, data: values("p50Us") },
      { ...bar, xAxisIndex: 1, yAxisIndex: 1, data: values("p99Us"), itemStyle: { color, opacity: 0.4 } },
    ];
  });
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      title: [
        { text: "Numbers a second", left: 20, top: 50, textStyle: { fontSize: 15 } },
        { text: "Latency: p50 full, p99 pale", left: 20, top: 440, textStyle: { fontSize: 15 } },
      ],
      legend: { top: 10, data: measured.map((system) => system.title) },
      grid: [
        { left: 90, right: 30, top: 90, height: 300 },
        { left: 90, right: 30, top: 480, height: 300 },
      ],
      xAxis: [0, 1].map((gridIndex) => ({ type: "category" as const, gridIndex, data: categories })),
      yAxis: [
        { type: "log", gridIndex: 0, axisLabel: { formatter: (value: number) => shorten(value) } },
        { type: "log", gridIndex: 1, axisLabel: { formatter: (value: number) => formatLatency(value) } },
      ],
      series,
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** 12345 as "12k", 1234567 as "1.2M". */
function shorten(value: number): string {
  return new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}
