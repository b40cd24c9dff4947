import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Upper bounds of the buckets of latencies, in seconds: from a spinning neighbour to a fabric that fails over. */
const LATENCY_BUCKETS = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10,
];

/** The daemon's figures. `await registry.metrics()` is their text for Prometheus, `getMetricsAsJSON()` for programs. */
export class Metrics {
  readonly registry = new Registry();
  readonly numbers = this.counter("numbers_total", "Numbers delivered to clients");
  readonly orders = this.counter("orders_total", "Orders placed by all listeners");
  readonly rejected = this.counter("orders_rejected_total", "Orders that ended in an error, by its code", [
    "code",
  ]);
  readonly skipped = this.counter("numbers_skipped_total", "Numbers that came when nobody waited any more");
  readonly blocks = this.counter("blocks_total", "Gatherings of orders that were handed to a card");
  readonly moves = this.counter("card_moves_total", "Times that orders were moved from one card to another");
  readonly views = this.counter("view_changes_total", "New views that the card in use told");
  readonly latency = new Histogram({
    name: "seqcard_order_seconds",
    help: "From the order to its numbers, in seconds",
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  });

  /** @param name without `seqcard_`. */
  counter<Label extends string>(name: string, help: string, labelNames: Label[] = []): Counter<Label> {
    return new Counter({ name: `seqcard_${name}`, help, labelNames, registers: [this.registry] });
  }

  /** A figure that is read when somebody looks. @param name without `seqcard_`. */
  gauge(name: string, help: string, read: () => number): Gauge {
    return new Gauge({
      name: `seqcard_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}
