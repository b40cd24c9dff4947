import type { Histogram } from "hdr-histogram-js";
import { Deliveries } from "../checker/deliveries.js";
import { makeLatencyHistogram, recordLatency } from "../statistics/latency-histogram.js";
import type { BenchFabric } from "./bench-fabric.js";

/** Which hosts ask, for blocks of how many, how many at a time. */
export interface Load {
  readonly hosts: readonly number[];
  readonly inFlight: number;
  readonly count: number;
}

/** Asks all the time, and keeps what came. */
export class LoadRun {
  readonly deliveries = new Deliveries();
  readonly latencies: Histogram = makeLatencyHistogram();
  blocks = 0;
  private readonly fabric: BenchFabric;
  private readonly load: Load;
  private isOver = false;

  constructor(fabric: BenchFabric, load: Load) {
    this.fabric = fabric;
    this.load = load;
  }

  start(): this {
    for (const host of this.load.hosts) this.startHost(host);
    return this;
  }

  /** For a host whose card is back. */
  startHost(host: number): void {
    for (let caller = 0; caller < this.load.inFlight; caller += 1) this.ask(host, caller);
  }

  /** Asks for nothing more, and waits for what is on its way. */
  finish(): void {
    this.isOver = true;
    this.fabric.passUntil(
      () => this.fabric.hosts.every(({ waiting }) => waiting === 0),
      "an answer to everything",
    );
  }

  private ask(host: number, caller: number): void {
    if (this.isOver) return;
    this.fabric.host(host).request(this.load.count, (first, requestedNanos, deliveredNanos) => {
      this.blocks += 1;
      recordLatency(this.latencies, (deliveredNanos - requestedNanos) / 1e6);
      const requested = BigInt(Math.round(requestedNanos));
      const delivered = BigInt(Math.round(deliveredNanos));
      for (let index = 0; index < this.load.count; index += 1) {
        this.deliveries.append(host, caller, requested, delivered, first + BigInt(index));
      }
      this.ask(host, caller);
    });
  }
}
