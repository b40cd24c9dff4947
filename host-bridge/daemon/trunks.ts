import type { Logger } from "pino";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_TRUNK_CLOSE,
  FRAME_HOST_TRUNK_IN,
  FRAME_HOST_TRUNK_OPEN,
} from "../../firmware/wire/frame-types.js";
import type { Clock } from "../clock.js";
import type { CardPort } from "./card-port.js";
import type { Metrics } from "./metrics.js";

/** How often a trunk is looked after; a card that was not heard over it since is told again that there is one. */
const LOOK_EVERY_MS = 250;
/** A frame that would wait behind more than this is dropped: numbers share the line, and a late frame helps nobody. */
const MAX_WAITING_BYTES = 8_192;

interface Pair {
  readonly ends: readonly [CardPort, CardPort];
  /** A frame has come over it, from each end. */
  hasSpoken: [boolean, boolean];
}

export interface TrunksSettings {
  readonly ports: readonly CardPort[];
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * Lends the cards of this host links between them, two by two: what the one card would send over a cable is handed to the
 * other at once. It makes one fabric of two that no cable joins, and does no harm where a cable does: a trunk costs more.
 */
export class Trunks {
  private readonly settings: TrunksSettings;
  private pairs: Pair[] = [];
  private cancelTimer: (() => void) | null = null;
  private isStopped = false;
  private readonly carried;
  private readonly dropped;

  constructor(settings: TrunksSettings) {
    this.settings = settings;
    const { metrics } = settings;
    this.carried = metrics.counter("trunk_frames_total", "Frames carried from one card to the other");
    this.dropped = metrics.counter("trunk_frames_dropped_total", "Frames that a trunk lost, by reason", [
      "reason",
    ]);
    metrics.gauge("trunks_open", "Pairs of cards that are lent a trunk", () => this.pairs.length);
  }

  /** Some card's health has changed. */
  onHealth(): void {
    if (this.isStopped) return;
    const [kept, lost] = split(this.pairs, ({ ends }) => belongTogether(...ends));
    for (const pair of lost) this.end(pair);
    this.pairs = kept;
    const free = this.settings.ports.filter((port) => !kept.some(({ ends }) => ends.includes(port)));
    for (let one = free.shift(); one !== undefined; one = free.shift()) {
      const end = one;
      const index = free.findIndex((port) => belongTogether(end, port));
      const [other] = index < 0 ? [] : free.splice(index, 1);
      if (other !== undefined) this.begin({ ends: [end, other], hasSpoken: [false, false] });
    }
  }

  /** Takes a frame that `from` would send over its trunk. */
  onFrame(from: CardPort, frame: FrameBuffer): void {
    const pair = this.pairs.find(({ ends }) => ends.includes(from));
    if (pair === undefined) {
      this.dropped.inc({ reason: "no other card" });
      return;
    }
    const [one, other] = pair.ends;
    pair.hasSpoken[from === one ? 0 : 1] = true;
    const to = from === one ? other : one;
    if (to.waitingBytes <= MAX_WAITING_BYTES && to.sendAs(FRAME_HOST_TRUNK_IN, frame)) this.carried.inc();
    else this.dropped.inc({ reason: "no room" });
  }

  stop(): void {
    this.isStopped = true;
    this.cancelTimer?.();
    for (const pair of this.pairs) this.end(pair);
    this.pairs = [];
  }

  private begin(pair: Pair): void {
    this.pairs.push(pair);
    this.settings.log.info({ cards: cardsOf(pair) }, "trunk lent");
    for (const end of pair.ends) end.sendEmpty(FRAME_HOST_TRUNK_OPEN);
    if (this.cancelTimer === null) this.lookLater();
  }

  private end(pair: Pair): void {
    this.settings.log.info({ cards: cardsOf(pair) }, "trunk ended");
    for (const end of pair.ends) end.sendEmpty(FRAME_HOST_TRUNK_CLOSE);
  }

  /** A card that was restarted, or did not hear of its trunk, says nothing over it. */
  private look(): void {
    for (const { ends, hasSpoken } of this.pairs) {
      ends.forEach((end, index) => {
        if (!hasSpoken[index]) end.sendEmpty(FRAME_HOST_TRUNK_OPEN);
        hasSpoken[index] = false;
      });
    }
    if (this.pairs.length > 0) this.lookLater();
    else this.cancelTimer = null;
  }

  private lookLater(): void {
    this.cancelTimer = this.settings.clock.setTimer(() => this.look(), LOOK_EVERY_MS);
  }
}

/** Whether both cards answer and are of one fabric. One that waits to be a member may need the trunk to become one. */
function belongTogether(one: CardPort, other: CardPort): boolean {
  const { card } = one;
  if (!one.isOpen || !other.isOpen || card === null || card.fabricId === 0) return false;
  return other.card?.fabricId === card.fabricId && other.card.id !== card.id;
}

function cardsOf({ ends }: Pair): (number | undefined)[] {
  return ends.map(({ card }) => card?.id);
}

function split<T>(all: readonly T[], belongs: (one: T) => boolean): [T[], T[]] {
  return [all.filter(belongs), all.filter((one) => !belongs(one))];
}
