import type { BenchFabric } from "./bench-fabric.js";

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

  /** @returns the share of its time, 0 to 1, that the core of a card, which has power, has been awake. */
  shareOf(card: number): number {
    const seconds = (this.fabric.emulation.nanos - this.startNanos) / 1e9;
    const { board } = this.fabric.card(card);
    return board === undefined ? 0 : this.cyclesOf(card) / board.clock.frequencyHz / seconds;
  }

  cyclesOf(card: number): number {
    return this.fabric.card(card).compute - (this.startCycles[card - 1] as number);
  }
}
