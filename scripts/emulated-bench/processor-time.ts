import type { BenchFabric } from "./bench-fabric.js";

const HERTZ = 125e6;

/** Cycles that each card's core was awake between two moments. */
export class ProcessorTime {
  private readonly fabric: BenchFabric;
  private readonly startCycles: readonly number[];
  private readonly startNanos: number;

  constructor(fabric: BenchFabric) {
    this.fabric = fabric;
    this.startCycles = fabric.cards.map(({ compute }) => compute);
    this.startNanos = fabric.emulation.nanos;
  }

  /** @returns the share of its time, 0 to 1, that a card's core has been awake. */
  shareOf(card: number): number {
    const seconds = (this.fabric.emulation.nanos - this.startNanos) / 1e9;
    return this.cyclesOf(card) / HERTZ / seconds;
  }

  cyclesOf(card: number): number {
    return this.fabric.card(card).compute - (this.startCycles[card - 1] as number);
  }
}
