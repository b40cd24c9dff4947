import { defaultVotes } from "../../host-bridge/index.js";
import type { Fault } from "./fault.js";

/** The cards of a fabric and the pairs of them that a cable joins. */
export interface Fabric {
  readonly cards: readonly number[];
  readonly cables: readonly (readonly [number, number])[];
  /** Two cards of one host each, which it joins; none but on two fabrics. */
  readonly trunks?: readonly (readonly [number, number])[];
}

/** @returns the cards that can reach a quorum of one another in spite of these faults; none where no quorum is left. */
export function connectedQuorum(fabric: Fabric, faults: readonly Fault[]): number[] {
  const isUp = (card: number): boolean => !faults.some((fault) => takesAway(fault, card));
  // A cable that works one way only is of no use: links are taken when both ends hear one another.
  const links = [...fabric.cables, ...(fabric.trunks ?? [])];
  const cables = links.filter(([a, b]) => !faults.some((fault) => isCutBy(fault, a, b)));
  const votes = defaultVotes(fabric.cards);
  const votesOf = (cards: readonly number[]): number =>
    votes.reduce((sum, member) => sum + (cards.includes(member.card) ? member.votes : 0), 0);
  for (const start of fabric.cards) {
    const reached = isUp(start) ? [start] : [];
    for (const from of reached) {
      for (const [a, b] of cables) {
        const other = a === from ? b : a;
        if ((a === from || b === from) && isUp(other) && !reached.includes(other)) reached.push(other);
      }
    }
    if (votesOf(reached) * 2 > votesOf(fabric.cards)) return reached;
  }
  return [];
}

function takesAway(fault: Fault, card: number): boolean {
  return fault.kind === "power" || ((fault.kind === "kill" || fault.kind === "stop") && fault.card === card);
}

function isCutBy(fault: Fault, a: number, b: number): boolean {
  if (fault.kind === "fabric") return fault.cards.includes(a) && fault.cards.includes(b);
  if (fault.kind !== "cut") return false;
  return (fault.from === a && fault.to === b) || (fault.from === b && fault.to === a);
}
