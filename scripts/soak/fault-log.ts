import { connectedQuorum, type Fabric } from "./connected-quorum.js";
import { describeFault, type Fault } from "./fault.js";
import type { Roles } from "./fault-plan.js";

/** A fault as it was done. */
export interface FaultRecord {
  readonly fault: Fault;
  /** Who held the roles just before. */
  readonly roles: Roles;
  readonly atNs: bigint;
  /** When it was mended; undefined while it is not. */
  mendedNs: bigint | undefined;
  /** Whether a quorum was left, with what else was broken. */
  readonly hasQuorum: boolean;
  /** Cards that could not reach the quorum from `atNs` on, nor could the other card of their host, where it has one. */
  readonly cutOff: readonly number[];
}

/** Everything that was done to a fabric. */
export class FaultLog {
  readonly records: FaultRecord[] = [];
  private readonly fabric: Fabric;

  constructor(fabric: Fabric) {
    this.fabric = fabric;
  }

  /** What is broken now. */
  get active(): readonly Fault[] {
    return this.records.flatMap(({ fault, mendedNs }) => (mendedNs === undefined ? [fault] : []));
  }

  add(fault: Fault, roles: Roles, atNs: bigint): FaultRecord {
    const reached = connectedQuorum(this.fabric, [...this.active, fault]);
    const record: FaultRecord = {
      fault,
      roles,
      atNs,
      mendedNs: fault.kind === "handover" ? atNs : undefined,
      hasQuorum: reached.length > 0,
      cutOff: this.fabric.cards.filter(
        (card) => ![card, this.twinOf(card)].some((one) => reached.includes(one)),
      ),
    };
    this.records.push(record);
    return record;
  }

  /** @returns the other card of a card's host; itself where there is none. */
  private twinOf(card: number): number {
    const [one, other] = this.fabric.trunks?.find((trunk) => trunk.includes(card)) ?? [card, card];
    return one === card ? other : one;
  }
}

/** What a fault was to the fabric, such as "kill primary". */
export function classOf({ fault, hasQuorum, roles }: FaultRecord): string {
  if (fault.kind === "power" || fault.kind === "handover") return fault.kind;
  if (!hasQuorum) return "quorum lost";
  if (fault.kind === "cut") return "cut";
  if (fault.kind === "fabric") return "cut fabric";
  if (fault.card === roles.primary) return `${fault.kind} primary`;
  return `${fault.kind} ${fault.card === roles.secondary ? "secondary" : "other"}`;
}

/** @returns the instant from which numbers can be expected again: power of all has to come back first. */
export function expectedFromNs({ atNs, fault, mendedNs, hasQuorum }: FaultRecord): bigint {
  return (fault.kind === "power" || !hasQuorum) && mendedNs !== undefined ? mendedNs : atNs;
}

/** One line for people. */
export function describeRecord(record: FaultRecord): string {
  const { primary, secondary } = record.roles;
  return `${describeFault(record.fault)} (primary ${primary}, secondary ${secondary})`;
}
