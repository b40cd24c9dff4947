import type { Clock } from "../clock.js";
import type { CardPool } from "./card-pool.js";

/** Also what one look counts at the most: a daemon that stood still itself has not read what the card answered meanwhile. */
const LOOK_EVERY_MS = 50;

export interface SilenceWatchSettings {
  readonly pool: CardPool;
  readonly clock: Clock;
  /** A card with orders that answers none of them for this long is silent, in milliseconds. */
  readonly silentMs: number;
  /** When the oldest open order was placed; null where none is open. */
  readonly oldestOrderAtMs: () => number | null;
  /** The card in use is silent from now on. */
  readonly onSilent: () => void;
}

/**
 * Looks, while orders are open, whether the card that has them answers any. One that does not is silent until it does; where
 * no order is left to be answered, it is asked for its status.
 */
export class SilenceWatch {
  private readonly settings: SilenceWatchSettings;
  private cancelTimer: (() => void) | null = null;
  private lookedAtMs = 0;
  private silentForMs = 0;
  private isStopped = false;

  constructor(settings: SilenceWatchSettings) {
    this.settings = settings;
  }

  /** An order was placed. */
  wake(): void {
    if (this.cancelTimer !== null || this.isStopped) return;
    this.restart();
    this.lookLater();
  }

  /** The orders are another card's from now on, or the card was away: its time begins. */
  restart(): void {
    this.lookedAtMs = this.settings.clock.nowMs();
    this.silentForMs = 0;
  }

  stop(): void {
    this.isStopped = true;
    this.cancelTimer?.();
    this.cancelTimer = null;
  }

  private lookLater(): void {
    this.cancelTimer = this.settings.clock.setTimer(() => {
      this.cancelTimer = null;
      this.look();
    }, LOOK_EVERY_MS);
  }

  private look(): void {
    const { pool, clock, silentMs, oldestOrderAtMs, onSilent } = this.settings;
    const oldestAtMs = oldestOrderAtMs();
    const silent = pool.ports.filter((port) => port.isSilent);
    if (oldestAtMs === null && silent.length === 0) return;
    this.lookLater();
    for (const port of silent) if (oldestAtMs === null || port !== pool.current) port.probe();
    const card = pool.current;
    if (oldestAtMs === null || card === null || !card.isReady) {
      this.restart();
      return;
    }
    this.count(Math.max(card.answeredAtMs, oldestAtMs), clock.nowMs());
    if (this.silentForMs < silentMs || card.isSilent) return;
    card.markSilent();
    pool.suspect(clock.nowMs());
    onSilent();
  }

  /** @param sinceMs when the card answered last, or was given something to answer. */
  private count(sinceMs: number, nowMs: number): void {
    const before = sinceMs >= this.lookedAtMs ? 0 : this.silentForMs;
    const waitedMs = nowMs - Math.max(sinceMs, this.lookedAtMs);
    this.silentForMs = before + Math.min(waitedMs, LOOK_EVERY_MS);
    this.lookedAtMs = nowMs;
  }
}
