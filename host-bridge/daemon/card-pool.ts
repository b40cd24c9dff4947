import type { SequenceError } from "../errors.js";
import { disconnectedError } from "../session-errors.js";
import type { CardPort } from "./card-port.js";
import type { CardView } from "./number-source.js";

/** A card that left orders unanswered is not chosen for this long, where another one can serve. */
const SUSPECT_MS = 5_000;

/** The cards of one daemon, all of one fabric, and which of them takes the orders: the healthiest, and no other without need. */
export class CardPool {
  readonly ports: readonly CardPort[];
  private readonly suspectUntilMs = new Map<CardPort, number>();
  private chosen: CardPort | null = null;
  private fabric = 0;

  constructor(ports: readonly CardPort[]) {
    this.ports = ports;
  }

  /** The card that takes the orders; null before any was heard. */
  get current(): CardPort | null {
    return this.chosen;
  }

  /** The fabric of the first card that was heard and is no blank one, from then on; 0 before. */
  get fabricId(): number {
    return this.fabric;
  }

  /** Whether a card is of another fabric: its numbers must never be mixed with these. */
  isStranger({ card }: CardPort): boolean {
    return card !== null && card.fabricId !== 0 && this.fabric !== 0 && card.fabricId !== this.fabric;
  }

  /** Chooses anew. @returns whether another card takes the orders from now on. */
  choose(nowMs: number): boolean {
    const before = this.chosen;
    if (this.fabric === 0) this.fabric = this.ports.find(({ card }) => card?.fabricId)?.card?.fabricId ?? 0;
    for (const port of this.ports) {
      if (this.chosen === null || this.score(port, nowMs) > this.score(this.chosen, nowMs))
        this.chosen = port;
    }
    if (this.chosen !== null && this.score(this.chosen, nowMs) === 0 && before === null) this.chosen = null;
    return this.chosen !== before;
  }

  /** The card in use is silent: another one that could serve is preferred for some time. */
  suspect(nowMs: number): void {
    if (this.chosen !== null) this.suspectUntilMs.set(this.chosen, nowMs + SUSPECT_MS);
  }

  /** Why no number can be had. */
  reasonNotReady(): SequenceError {
    return this.chosen?.error ?? disconnectedError();
  }

  views(nowMs: number): CardView[] {
    return this.ports.map((port) => ({
      path: port.path,
      card: port.card,
      state: this.stateOf(port, nowMs),
      view: port.view,
      held: port.held,
      error: port.error,
      isSilent: port.isSilent,
      status: () => port.status(),
      survey: () => port.survey(),
    }));
  }

  private stateOf(port: CardPort, nowMs: number): CardView["state"] {
    const score = this.score(port, nowMs);
    if (score === 0) return "disconnected";
    if (score === 1) return "not-ready";
    if (port === this.chosen) return "in-use";
    return score === 2 ? "suspect" : "ready";
  }

  /** 3: gives numbers; 2: says so, and did not of late; 1: answers; 0: is not there. */
  private score(port: CardPort, nowMs: number): number {
    if (!port.isOpen || this.isStranger(port)) return 0;
    if (!port.isReady) return 1;
    return port.isSilent || (this.suspectUntilMs.get(port) ?? 0) > nowMs ? 2 : 3;
  }
}
