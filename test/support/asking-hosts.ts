import { OrderChecker } from "./order-checker.js";
import type { VirtualFabric } from "./virtual-fabric.js";

/** A host at each card that asks without end, and a checker that watches what they get. */
export class AskingHosts {
  readonly checker = new OrderChecker();
  /** Blocks that each host was given. */
  readonly answered: number[];
  /** How often each code was given as the reason for no number. */
  readonly refusals = new Map<number, number>();
  /** Whether more is asked for. */
  asking = true;
  private readonly fabric: VirtualFabric;
  private readonly blockOf: (place: number) => number;
  private readonly read: number[];
  private readonly tags: number[];
  private readonly openTags: Set<number>[];

  /** @param blockOf says how many numbers the next block of a host has, 0 for no block now. */
  constructor(fabric: VirtualFabric, blockOf: (place: number) => number) {
    this.fabric = fabric;
    this.blockOf = blockOf;
    this.answered = fabric.cards.map(() => 0);
    this.read = fabric.cards.map((_, place) => fabric.host(place).frames.length);
    this.tags = fabric.cards.map(() => 0);
    this.openTags = fabric.cards.map(() => new Set());
  }

  /** Lets `us` pass; every `stepUs` each host reads what has come, and asks. */
  run(us: number, stepUs = 500): void {
    const endUs = this.fabric.nowUs + us;
    while (this.fabric.nowUs < endUs) {
      this.fabric.cards.forEach((_, place) => {
        if (this.asking) this.ask(place);
      });
      this.fabric.run(Math.min(stepUs, endUs - this.fabric.nowUs));
      this.readAll();
    }
  }

  /** To be called when a card was restarted: its host opens the session anew, and what it had asked for is nobody's. */
  restarted(place: number): void {
    for (const tag of this.openTags[place] as Set<number>) this.checker.refused(place, tag);
    (this.openTags[place] as Set<number>).clear();
    this.fabric.openHost(place);
  }

  private ask(place: number): void {
    const count = this.blockOf(place);
    const open = this.openTags[place] as Set<number>;
    if (count === 0 || open.size >= 8) return;
    const tag = (this.tags[place] as number) + 1;
    this.tags[place] = tag;
    open.add(tag);
    this.checker.asked(place, tag, count);
    this.fabric.request(place, tag, count);
    // What the card itself has answered or refused at once has happened before anybody else asks.
    this.readAll();
  }

  /** What all hosts got since they last looked, in the order in which it came. */
  private readAll(): void {
    const news = this.fabric.cards.flatMap((_, place) => {
      const log = this.fabric.host(place);
      const from = this.read[place] as number;
      this.read[place] = log.frames.length;
      return log.since(from).map((found) => ({ place, ...found }));
    });
    news.sort((one, other) => one.atUs - other.atUs);
    for (const { place, tag, first, count, code } of news) {
      (this.openTags[place] as Set<number>).delete(tag);
      if (code === undefined) {
        this.checker.answered(place, tag, first, count);
        this.answered[place] = (this.answered[place] as number) + 1;
      } else {
        this.checker.refused(place, tag);
        this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
      }
    }
  }
}
