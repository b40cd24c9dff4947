import { setTimeout as delay } from "node:timers/promises";
import type { CardStatus } from "../../host-bridge/card-status.js";
import { type CableEnd, type PairedCable, pairEnds } from "./cable-ends.js";
import { endsOf } from "./cable-figures.js";
import { CableGraph, type Voter } from "./cable-graph.js";
import { type AnsweringPort, isAnswering, openRigPort, type PortOptions } from "./rig-port.js";

const POLL_MS = 100;
/** A card that boots takes part in surveys a little later than it opens its port. */
const REOPEN_PAUSE_MS = 200;

/** The cards of the fabric that is checked, each at its port. */
export class BenchOfCards {
  private readonly ports: Map<number, AnsweringPort>;
  private readonly options: PortOptions;

  constructor(ports: readonly AnsweringPort[], options: PortOptions) {
    this.ports = new Map(ports.map((port) => [port.status.card, port]));
    this.options = options;
  }

  get all(): readonly AnsweringPort[] {
    return [...this.ports.values()];
  }

  get cards(): readonly number[] {
    return [...this.ports.keys()];
  }

  /** Asks every card but `without` itself. Of one that does not answer nothing is told. */
  async statuses(without?: number): Promise<CardStatus[]> {
    const asked = this.all.filter(({ status }) => status.card !== without);
    const answers = await Promise.all(asked.map(({ sequence }) => sequence.status().catch(() => undefined)));
    return answers.filter((status) => status !== undefined);
  }

  /**
   * The ends of all cables: as the cards themselves see them, and, of a member without a port here, as it says by way of
   * the others.
   */
  async ends(without?: number): Promise<CableEnd[]> {
    const ends = endsOf(await this.statuses(without));
    const [first] = this.all.filter(({ status }) => status.card !== without);
    const survey = await first?.sequence.survey().catch(() => undefined);
    for (const report of survey?.cards ?? []) {
      if (!report.answered || this.ports.has(report.card)) continue;
      for (const link of report.links) ends.push({ card: report.card, ...link, dropped: null });
    }
    return ends;
  }

  async cables(without?: number): Promise<PairedCable[]> {
    return pairEnds(await this.ends(without));
  }

  /** All cards that are known of, and the cables given between them. */
  graph(cables: readonly PairedCable[], without?: number): CableGraph {
    const cards = new Set([...this.cards, ...cables.flatMap(({ a, b }) => [a.card, ...(b ? [b.card] : [])])]);
    if (without !== undefined) cards.delete(without);
    return new CableGraph([...cards], cables);
  }

  voters(): readonly Voter[] {
    return this.all[0]?.status.members ?? [];
  }

  /** Asks again until `isSo`. @returns whether it came to be so within `limitMs`. */
  async until(isSo: () => Promise<boolean>, limitMs: number): Promise<boolean> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      if (await isSo()) return true;
      if (performance.now() >= endMs) return false;
      await delay(POLL_MS);
    }
  }

  /** Lets go of a card whose power is out. */
  async drop(card: number): Promise<void> {
    await this.ports.get(card)?.sequence.close();
  }

  /** Opens a card that has come back, at a port that may be another. @returns whether it did within `limitMs`. */
  async reopen(card: number, path: string, limitMs: number): Promise<boolean> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const port = await openRigPort(path, this.options);
      if (isAnswering(port) && port.status.card === card) {
        this.ports.set(card, port);
        return true;
      }
      await port.sequence?.close();
      if (performance.now() >= endMs) return false;
      await delay(REOPEN_PAUSE_MS);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ sequence }) => sequence.close()));
  }
}
