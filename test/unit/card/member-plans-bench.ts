import { INIT_JOIN } from "../../../firmware/wire/host-setup-frames.js";
import { packVotes } from "../../../firmware/wire/member-entries.js";
import { Uint64 } from "../../../firmware/wire/uint64.js";
import { hostInit, type PlanOptions } from "../../support/host-frames.js";
import { TRIANGLE, VirtualFabric } from "../../support/virtual-fabric.js";

export const MESH_OF_4 = [...TRIANGLE, [0, 3], [1, 3], [2, 3]] as const;
export const FIRST = new Uint64(0, 1);

/** Cards 1 to `founders` found a fabric; the others are blank. */
export function founded(
  cables: readonly (readonly [number, number])[],
  cards: number,
  founders: number,
): VirtualFabric {
  const fabric = new VirtualFabric({ cards, cables });
  const members = Array.from({ length: founders }, (_, place) => {
    return [place + 1, founders % 2 === 0 && place === 0 ? 2 : 1] as const;
  });
  for (let place = 0; place < cards; place += 1) {
    fabric.openHost(place);
    if (place < founders) {
      fabric.fromHost(place, hostInit({ session: place + 1, cardId: place + 1, first: FIRST, members }));
    }
  }
  fabric.run(200_000);
  return fabric;
}

/** Initialises the card at `place` to join as `cardId`. @returns what it drew. */
export function joinAs(
  fabric: VirtualFabric,
  place: number,
  cardId: number,
  members: readonly number[],
): number {
  const list = [...members, cardId].sort((one, other) => one - other).map((card) => [card, 1] as const);
  fabric.openHost(place);
  fabric.fromHost(
    place,
    hostInit({ session: place + 1, cardId, first: FIRST, members: list, kind: INIT_JOIN }),
  );
  return fabric.host(place).initIncarnations().at(-1) as number;
}

/** Has the host at `place` ask for a change. @returns the code that came of it within seven seconds. */
export function codeOf(fabric: VirtualFabric, place: number, options: PlanOptions): number | undefined {
  const { host } = fabric.at(place);
  const before = host.planResults().length;
  fabric.plan(place, options);
  fabric.runUntil(() => host.planResults().length > before, 7_000_000);
  return host.planResults()[before]?.[1];
}

/** Ids and votes of the list that the card at `place` has, with those before. */
export function listOf(fabric: VirtualFabric, place: number): number[][] {
  const status = fabric.status(place).status();
  return Array.from({ length: status.memberCount }, (_, index) => [
    status.memberCards[index] as number,
    status.memberVotes[index] as number,
  ]);
}

export const ONE = packVotes(1, 1);
export const TWO = packVotes(2, 2);
