import { MAX_LINKS } from "../../firmware/wire/constants.js";
import { RigError } from "./rig-error.js";

/** How the cables run. `triangle` is for three cards; `star` has card 1 in the middle; `mesh` joins each to each. */
export const TOPOLOGIES = ["triangle", "ring", "line", "star", "mesh"] as const;
export type Topology = (typeof TOPOLOGIES)[number];

export const MIN_CARDS = 3;
export const MAX_CARDS = 8;
export const MAX_FABRICS = 2;

/**
 * @returns the pairs of cards that a cable joins, the lower id first.
 * @throws RigError BAD_TOPOLOGY, BAD_OPTION.
 */
export function cablesOf(topology: Topology, cards: number): [number, number][] {
  if (!Number.isInteger(cards) || cards < MIN_CARDS || cards > MAX_CARDS) {
    throw new RigError("BAD_OPTION", `A rig has ${MIN_CARDS} to ${MAX_CARDS} cards, not ${cards}.`);
  }
  switch (topology) {
    case "triangle":
      if (cards !== 3) {
        throw new RigError(
          "BAD_TOPOLOGY",
          `A triangle has three cards, not ${cards}: choose ring, line, star or mesh.`,
        );
      }
      return meshOf(cards);
    case "mesh":
      return meshOf(cards);
    case "line":
      return lineOf(cards);
    case "ring":
      return [...lineOf(cards), [1, cards]];
    case "star":
      return Array.from({ length: cards - 1 }, (_, index) => [1, index + 2]);
    default:
      throw new RigError("BAD_TOPOLOGY", `No topology "${topology}": choose ${TOPOLOGIES.join(", ")}.`);
  }
}

/**
 * @returns the cables of `fabrics` fabrics of `cards` cards each, one behind the other: no cable joins two of them.
 * @throws RigError BAD_TOPOLOGY, BAD_OPTION.
 */
export function cablesOfFabrics(fabrics: number, topology: Topology, cards: number): [number, number][] {
  const pairs = cablesOf(topology, cards);
  return Array.from({ length: fabrics }, (_, fabric) =>
    pairs.map(([low, high]): [number, number] => [low + fabric * cards, high + fabric * cards]),
  ).flat();
}

function lineOf(cards: number): [number, number][] {
  return Array.from({ length: cards - 1 }, (_, index) => [index + 1, index + 2]);
}

function meshOf(cards: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let low = 1; low <= cards; low += 1) {
    for (let high = low + 1; high <= cards; high += 1) pairs.push([low, high]);
  }
  return pairs;
}

/** @returns for a card, the cables it has, in the order of its connectors. At most `MAX_LINKS`. */
export function linksOf(card: number, cables: readonly (readonly [number, number])[]): number[] {
  const links = cables.flatMap(([low, high], index) => (low === card || high === card ? [index] : []));
  if (links.length > MAX_LINKS) {
    throw new RigError(
      "BAD_TOPOLOGY",
      `Card ${card} has ${links.length} cables; a card has ${MAX_LINKS} at most.`,
    );
  }
  return links;
}
