import { isWhole, type PairedCable } from "./cable-ends.js";

/** A card and its votes. */
export interface Voter {
  readonly card: number;
  readonly votes: number;
}

/** Which cards reach each other over whole cables. */
export class CableGraph {
  private readonly neighbours = new Map<number, Set<number>>();

  constructor(cards: readonly number[], cables: readonly PairedCable[]) {
    for (const card of cards) this.neighbours.set(card, new Set());
    for (const cable of cables) {
      const [one, other] = [cable.a.card, cable.a.neighbour];
      if (!isWhole(cable)) continue;
      this.neighbours.get(one)?.add(other);
      this.neighbours.get(other)?.add(one);
    }
  }

  /** @returns how many cables the shortest way has; undefined where there is none. */
  hops(from: number, to: number): number | undefined {
    return this.distances(from).get(to);
  }

  /** @returns the cards of the part that has more than half of all votes; none where no part has. */
  served(voters: readonly Voter[]): ReadonlySet<number> {
    const all = voters.reduce((sum, { votes }) => sum + votes, 0);
    for (const card of this.neighbours.keys()) {
      const part = new Set(this.distances(card).keys());
      const votes = voters.reduce((sum, voter) => sum + (part.has(voter.card) ? voter.votes : 0), 0);
      if (votes * 2 > all) return part;
    }
    return new Set();
  }

  private distances(from: number): Map<number, number> {
    const found = new Map<number, number>();
    if (!this.neighbours.has(from)) return found;
    found.set(from, 0);
    // A Map hands out what is added while it is walked: that makes it the queue, too.
    for (const [card, distance] of found) {
      for (const next of this.neighbours.get(card) ?? []) {
        if (this.neighbours.has(next) && !found.has(next)) found.set(next, distance + 1);
      }
    }
    return found;
  }
}
