import { STATE_READY } from "../../firmware/wire/frame-types.js";
import { uint64 } from "../support/layout.js";
import { TRIANGLE, VirtualFabric } from "../support/virtual-fabric.js";

/** What was taken: `end` is one above the last. */
export interface Taken {
  readonly first: bigint;
  readonly end: bigint;
}

/** Three cards in a triangle, in virtual time, from which a test takes blocks one after the other. Places go from 0, card ids from 1. */
export class FabricTaker {
  readonly fabric = new VirtualFabric({ cards: 3, cables: TRIANGLE });
  /** One above the greatest number that was ever delivered here. */
  end: bigint;
  /** How many numbers were delivered. */
  delivered = 0n;
  private tag = 0;

  constructor(first = 1n) {
    this.end = first;
    this.fabric.initialise(uint64(first));
    this.fabric.run(150_000);
  }

  get primary(): number {
    return this.status(this.readyPlace()).primary;
  }

  status(place: number): ReturnType<ReturnType<VirtualFabric["host"]>["status"]> {
    return this.fabric.status(place).status();
  }

  /**
   * The host at `place` asks once for a block, the last call having returned.
   * @returns the block, or the code of the refusal.
   */
  ask(place: number, count = 1, waitUs = 40_000): Taken | number {
    const { fabric } = this;
    const host = fabric.host(place);
    this.tag += 1;
    const { tag } = this;
    fabric.request(place, tag, count);
    fabric.runUntil(() => host.since(0).some((found) => found.tag === tag), waitUs, 500);
    const found = host.since(0).find((one) => one.tag === tag);
    if (found === undefined) throw new Error(`Card ${place + 1} says nothing to its host.`);
    host.clear();
    return found.code ?? { first: found.first, end: found.first + BigInt(found.count) };
  }

  /** Takes a block that must lie above all that were delivered before. */
  take(place: number, count = 1, waitUs = 40_000): Taken {
    const taken = this.ask(place, count, waitUs);
    if (typeof taken === "number") throw new Error(`Card ${place + 1} refused with ${taken}.`);
    if (taken.first < this.end) throw new Error(`${taken.first} was given, and ${this.end - 1n} before it.`);
    this.end = taken.end;
    this.delivered += BigInt(count);
    return taken;
  }

  /** Cuts every cable of a card, or mends them. */
  isolate(place: number): void {
    this.cablesOf(place).forEach((cable) => {
      this.fabric.cut(cable);
    });
  }

  reconnect(place: number): void {
    this.cablesOf(place).forEach((cable) => {
      this.fabric.mend(cable);
    });
  }

  /** Gives a card that is dark its power back. */
  boot(place: number): void {
    this.fabric.boot(place);
    this.fabric.openHost(place);
  }

  /** Lets time pass until the fabric at `place` gives numbers. */
  waitReady(place: number): void {
    const took = this.fabric.runUntil(() => this.status(place).state === STATE_READY, 1_000_000);
    if (took === Number.POSITIVE_INFINITY) throw new Error(`Card ${place + 1} is not ready.`);
  }

  /** The sum of a counter over all cards that are powered. */
  counted(name: "numbersSkipped" | "ceilingWrites" | "beaconsSent" | "requestsReceived"): number {
    return this.fabric.cards.reduce((sum, { card }) => sum + (card?.counters[name] ?? 0), 0);
  }

  private readyPlace(): number {
    const place = [0, 1, 2].find(
      (one) => this.fabric.at(one).card !== undefined && this.status(one).state === STATE_READY,
    );
    if (place === undefined) throw new Error("No card is ready.");
    return place;
  }

  private cablesOf(place: number): number[] {
    return TRIANGLE.flatMap(([one, other], cable) => (one === place || other === place ? [cable] : []));
  }
}
