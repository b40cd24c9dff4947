import type { Random } from "../../boards/virtual/random.js";
import { connectedQuorum, type Fabric } from "./connected-quorum.js";
import type { Fault, FaultKind } from "./fault.js";

/** A cold start takes long, and the other faults show more of the fabric: power fails a third as often as each of them. */
const RARENESS = 3;
/** How many faults may be there at a time. */
const MOST_AT_ONCE = 2;
/** A fault that takes the quorum away, with what is broken already, is mended after this long at the most. */
const LONGEST_WITHOUT_QUORUM_MS = 300;

/** Times in milliseconds that the faults of a soak are drawn from. */
export interface FaultTimes {
  readonly leastPauseMs: number;
  readonly mostPauseMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

export const DEFAULT_FAULT_TIMES: FaultTimes = {
  leastPauseMs: 150,
  mostPauseMs: 1_800,
  leastMs: 60,
  mostMs: 2_500,
};

/** Who holds the roles now. */
export interface Roles {
  readonly primary: number;
  readonly secondary: number;
}

/** Chooses the faults of a soak: the same ones again for the same seed, as far as the fabric does the same again. */
export class FaultPlan {
  private readonly fabric: Fabric;
  private readonly kinds: readonly FaultKind[];
  private readonly random: Random;
  private readonly times: FaultTimes;

  constructor(
    fabric: Fabric,
    kinds: readonly FaultKind[],
    random: Random,
    times: FaultTimes = DEFAULT_FAULT_TIMES,
  ) {
    this.fabric = fabric;
    this.kinds = kinds.flatMap((kind) => (kind === "power" ? [kind] : Array(RARENESS).fill(kind)));
    this.random = random;
    this.times = times;
  }

  /** How long to wait before the next fault. */
  nextPauseMs(): number {
    return this.between(this.times.leastPauseMs, this.times.mostPauseMs);
  }

  /**
   * @param active what is broken now.
   * @returns the next fault, or undefined where what was drawn cannot be done to a fabric that is broken like this.
   */
  next(active: readonly Fault[], roles: Roles): Fault | undefined {
    // Drawn whole before it is judged, so that what is refused does not change what comes later.
    const fault = this.draw(roles);
    if (fault === undefined || active.length >= MOST_AT_ONCE) return undefined;
    if (active.some((other) => other.kind === "power" || isOfTheSame(fault, other))) return undefined;
    if (fault.kind === "power") return active.length === 0 ? fault : undefined;
    if (fault.kind === "handover" || connectedQuorum(this.fabric, [...active, fault]).length > 0)
      return fault;
    return { ...fault, lastsMs: Math.min(fault.lastsMs, LONGEST_WITHOUT_QUORUM_MS) };
  }

  private draw(roles: Roles): Fault | undefined {
    const kind = this.pick(this.kinds);
    const card = this.pick([roles.primary, roles.secondary, this.pick(this.fabric.cards)]);
    const cable = this.pick(this.fabric.cables);
    // Short ones are as likely as long ones: those about as long as a lease are the ones that hurt.
    const { leastMs, mostMs } = this.times;
    const lastsMs = leastMs * (mostMs / leastMs) ** this.random();
    const isTurned = this.random() < 0.5;
    const oneWay = this.random() < 0.3;
    const other = this.pick(this.fabric.cards.filter((id) => id !== roles.primary));
    switch (kind) {
      case "kill":
      case "stop":
        return this.fabric.cards.includes(card ?? 0) ? { kind, card: card as number, lastsMs } : undefined;
      case "cut": {
        const [a, b] = cable ?? [];
        if (a === undefined || b === undefined) return undefined;
        return isTurned
          ? { kind, from: b, to: a, oneWay, lastsMs }
          : { kind, from: a, to: b, oneWay, lastsMs };
      }
      case "fabric": {
        const { trunks = [] } = this.fabric;
        if (trunks.length === 0) return undefined;
        return isTurned
          ? { kind, fabric: 1, cards: trunks.map(([one]) => one), lastsMs }
          : { kind, fabric: 2, cards: trunks.map(([, two]) => two), lastsMs };
      }
      case "handover":
        return other === undefined ? undefined : { kind, card: other, lastsMs: 0 };
      case "power":
        return { kind, lastsMs };
      default:
        return undefined;
    }
  }

  private pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.random() * from.length)];
  }

  private between(least: number, most: number): number {
    return least + this.random() * (most - least);
  }
}

/** Two faults of one card, or of one cable, would mend one another. */
function isOfTheSame(one: Fault, other: Fault): boolean {
  const areCables = [one, other].every(({ kind }) => kind === "cut" || kind === "fabric");
  if (areCables && (one.kind === "fabric" || other.kind === "fabric")) return true;
  if (one.kind === "cut" && other.kind === "cut") {
    return (
      (one.from === other.from && one.to === other.to) || (one.from === other.to && one.to === other.from)
    );
  }
  const cardOf = (fault: Fault): number =>
    fault.kind === "kill" || fault.kind === "stop" ? fault.card : Number.NaN;
  return cardOf(one) === cardOf(other);
}
