import type { FabricCable } from "./snapshot.js";

/** Cards of the two sides of a duplicated fabric, row by row: a host's two cards stand in one, where a trunk tells which they are. */
export interface Sides {
  readonly left: readonly (number | null)[];
  readonly right: readonly (number | null)[];
}

/**
 * Tells the sides of a duplicated fabric: cards that cables join are of one side, and trunks lead from one to the other.
 * @returns null where there are not two sides of two cards or more, as of a fabric without trunks.
 */
export function sidesOf(cards: readonly number[], cables: readonly FabricCable[]): Sides | null {
  const trunks = cables.filter(({ isTrunk }) => isTrunk);
  if (trunks.length === 0) return null;
  const groups = joined(cards, cables).sort((one, other) => (one[0] ?? 0) - (other[0] ?? 0));
  const [left = [], right = []] = groups;
  if (groups.length !== 2 || left.length < 2 || right.length < 2) return null;
  const partnerOf = (card: number): number | undefined =>
    trunks.flatMap(({ cards: [one, other] }) =>
      one === card && right.includes(other) ? [other] : other === card && right.includes(one) ? [one] : [],
    )[0];
  const partners = left.map(partnerOf);
  const others = right.filter((card) => !partners.includes(card));
  const rows: number = Math.max(left.length, right.length);
  return {
    left: Array.from({ length: rows }, (_, row) => left[row] ?? null),
    right: Array.from({ length: rows }, (_, row) => partners[row] ?? others.shift() ?? null),
  };
}

/** Groups of cards that cables join, each by rising id. */
function joined(cards: readonly number[], cables: readonly FabricCable[]): number[][] {
  const groupOf = new Map(cards.map((card) => [card, card]));
  for (const { cards: ends, isTrunk } of cables) {
    const [one, other] = ends.map((card) => groupOf.get(card));
    if (isTrunk || one === undefined || other === undefined) continue;
    for (const [card, group] of groupOf) if (group === other) groupOf.set(card, one);
  }
  const groups = new Map<number, number[]>();
  for (const card of [...cards].sort((one, other) => one - other)) {
    const group = groupOf.get(card) ?? card;
    groups.set(group, [...(groups.get(group) ?? []), card]);
  }
  return [...groups.values()];
}
