import { SIDE_STEADY_US } from "../../firmware/card/side-watch.js";
import { partsOf } from "./topology.js";
import type { World } from "./world.js";

/** The watch begins anew where a plan fails, as one frame in ten may be lost between a host and its card, or a card erases. */
const ATTEMPTS = 6;
const SLACK_US = 500_000;

/**
 * Waits, in a fabric of two sides in which nothing is amiss any more, until its primary and its secondary stand on different
 * sides; fails the run where they do not come apart.
 * @returns how long that took in virtual time; 0 where they stood apart already; -1 where nothing can be asked for.
 */
export function partRoles(world: World, wipedCard: number): number {
  if (!areSidesWhole(world, wipedCard)) return -1;
  const startUs = world.nowUs;
  const untilUs = startUs + ATTEMPTS * (SIDE_STEADY_US + SLACK_US);
  world.run(untilUs, () => areApart(world));
  const { primary, secondary, checker } = world;
  if (!areApart(world)) {
    checker.fail(`roles: after ${untilUs - startUs} us, ${primary} and ${secondary} are still on one side`);
  }
  return world.nowUs - startUs;
}

function sideOf(world: World, board: number): number {
  return board <= world.cards.length / 2 ? 0 : 1;
}

function areApart(world: World): boolean {
  const { primary, secondary } = world;
  return primary > 0 && secondary > 0 && sideOf(world, primary) !== sideOf(world, secondary);
}

/** A side in parts that only trunks join looks like two sides to its cards: the roles may stand in two parts of it. */
function areSidesWhole(world: World, wipedCard: number): boolean {
  const boards = world.cards.map(({ id }) => id).filter((id) => id !== wipedCard);
  const parts = partsOf(world.options.cables, world.cards.length, (place) => place + 1 !== wipedCard);
  const ofSide = (side: number): Set<number | undefined> =>
    new Set(boards.filter((id) => sideOf(world, id) === side).map((id) => parts[id - 1]));
  return ofSide(0).size === 1 && ofSide(1).size === 1;
}
