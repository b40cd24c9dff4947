import type { Clock } from "../clock.js";
import type { ListenerEnvironment } from "../daemon/listener.js";
import type { Metrics } from "../daemon/metrics.js";
import type { NumberSource } from "../daemon/number-source.js";
import type { NamedCount, RatePoint, Snapshot } from "../page/snapshot.js";
import { fabricJson } from "./fabric-json.js";
import type { FabricWatch } from "./fabric-watch.js";
import { MinuteWindow } from "./minute-window.js";
import { notReadyAdvice } from "./readiness.js";

/** Seconds of the rate that a page is told when it begins. */
export const HISTORY_SECONDS = 300;

/** Puts together, each second, what the page shows. */
export class Picture {
  readonly watch: FabricWatch;
  history: RatePoint[] = [];
  private readonly numbers: NumberSource;
  private readonly metrics: Metrics;
  private readonly clock: Clock;
  private readonly wallMs: () => number;
  private readonly minute: MinuteWindow;
  private readonly startedMs: number;
  private deliveredBefore = 0;
  private readAtMs: number;

  constructor(environment: ListenerEnvironment, watch: FabricWatch, wallMs: () => number) {
    this.numbers = environment.numbers;
    this.metrics = environment.metrics;
    this.clock = environment.clock;
    this.watch = watch;
    this.wallMs = wallMs;
    this.minute = new MinuteWindow(this.metrics.latency);
    this.startedMs = this.clock.nowMs();
    this.readAtMs = this.startedMs;
  }

  async take(): Promise<Snapshot> {
    const { numbers, watch } = this;
    const timeMs = this.wallMs();
    const counters = await this.readCounters();
    const latency = await this.minute.read(timeMs);
    const point = await this.readPoint(timeMs);
    const hostCards = numbers.cards();
    const { survey, status } = watch;
    const age = watch.surveyAgeMs;
    return {
      timeMs,
      uptimeMs: Math.round(this.clock.nowMs() - this.startedMs),
      ready: numbers.isReady,
      advice: notReadyAdvice(numbers)?.advice ?? "",
      latest: numbers.latest().toString(),
      openOrders: numbers.openOrders,
      point,
      latency,
      skipped: [
        ...counters.filter(({ name }) => name === "seqcard_numbers_skipped_total"),
        ...(status === null
          ? []
          : [
              {
                name: `card ${status.card}: numbersSkipped`,
                help: "Numbers that card's repeats skipped while it was primary",
                count: status.counters.numbersSkipped,
              },
              {
                name: `card ${status.card}: numbersSkippedByViews`,
                help: "Numbers at the most that views chosen by that card have skipped",
                count: status.counters.numbersSkippedByViews,
              },
            ]),
      ],
      counters: [
        ...counters,
        ...Object.entries(status?.counters ?? {}).map(([name, count]) => ({
          name: `card ${status?.card}: ${name}`,
          help: "Counted by the card since it was started",
          count,
        })),
      ],
      hostCards: hostCards.map(({ path, card, state }) => ({ path, card: card?.id ?? null, state })),
      fabric: survey === null ? null : fabricJson(survey, watch.traffic, hostCards),
      fabricAgeMs: Number.isFinite(age) ? Math.round(age) : 0,
      timeLine: watch.timeLine.entries,
    };
  }

  private async readPoint(timeMs: number): Promise<RatePoint> {
    const delivered = (await this.metrics.numbers.get()).values[0]?.value ?? 0;
    const nowMs = this.clock.nowMs();
    const seconds = Math.max(0.001, (nowMs - this.readAtMs) / 1_000);
    const point = { timeMs, numbersPerSecond: Math.round((delivered - this.deliveredBefore) / seconds) };
    this.deliveredBefore = delivered;
    this.readAtMs = nowMs;
    this.history.push(point);
    if (this.history.length > HISTORY_SECONDS) this.history.shift();
    return point;
  }

  private async readCounters(): Promise<NamedCount[]> {
    const all = await this.metrics.registry.getMetricsAsJSON();
    return all
      .filter(({ name, type }) => name.startsWith("seqcard_") && String(type) === "counter")
      .flatMap(({ name, help, values }) =>
        values.map(({ value, labels }) => ({ name: `${name}${labelText(labels)}`, help, count: value })),
      );
  }
}

function labelText(labels: object): string {
  const entries = Object.entries(labels);
  return entries.length === 0 ? "" : ` (${entries.map(([key, value]) => `${key} ${value}`).join(", ")})`;
}
