import { MAX_LINKS } from "../../firmware/wire/constants.js";

export const TOPOLOGIES = ["mesh", "ring", "line", "star"] as const;
export type Topology = (typeof TOPOLOGIES)[number];

/** Two cards, by place from 0, that a cable joins. */
export type Cable = readonly [number, number];

export function cablesOf(topology: Topology, cards: number): Cable[] {
  const cables: Cable[] = [];
  for (let one = 0; one < cards; one += 1) {
    for (let other = one + 1; other < cards; other += 1) {
      if (isJoined(topology, one, other, cards)) cables.push([one, other]);
    }
  }
  return cables;
}

/** @returns the cables of fabrics of `cards` cards each, one behind the other: no cable joins two of them. */
export function cablesOfFabrics(fabrics: number, topology: Topology, cards: number): Cable[] {
  const cables = cablesOf(topology, cards);
  return Array.from({ length: fabrics }, (_, fabric) =>
    cables.map(([one, other]): Cable => [one + fabric * cards, other + fabric * cards]),
  ).flat();
}

function isJoined(topology: Topology, one: number, other: number, cards: number): boolean {
  switch (topology) {
    case "mesh":
      return cards <= MAX_LINKS + 1;
    case "star":
      return one === 0;
    case "line":
      return other === one + 1;
    case "ring":
      return other === one + 1 || (one === 0 && other === cards - 1);
  }
}

/** @returns for each card the number of the part of the fabric that it is in, where only `usable` cards carry on. */
export function partsOf(
  cables: readonly Cable[],
  cards: number,
  usable: (card: number) => boolean,
): number[] {
  const parts = Array.from({ length: cards }, (_, card) => card);
  for (let round = 0; round < cards; round += 1) {
    for (const [one, other] of cables) {
      if (!usable(one) || !usable(other)) continue;
      const lower = Math.min(parts[one] as number, parts[other] as number);
      parts[one] = lower;
      parts[other] = lower;
    }
  }
  return parts;
}
