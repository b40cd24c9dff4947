import { Uint64 } from "../../firmware/wire/uint64.js";
import { VirtualFabric } from "./virtual-fabric.js";

/** Members 1, 2, ... that have got to know each other; of an even number card 1 has two votes. */
export function started(cards: number, cables: readonly (readonly [number, number])[]): VirtualFabric {
  const fabric = new VirtualFabric({ cards, cables });
  fabric.initialise(new Uint64(0, 1), cards % 2 === 0 ? [2] : []);
  fabric.run(120_000);
  return fabric;
}

/** Asks for a number at `place`. @returns what came within `waitUs`. */
export function answersOf(fabric: VirtualFabric, place: number, tag: number, waitUs = 30_000): bigint[] {
  fabric.host(place).clear();
  fabric.request(place, tag);
  fabric.run(waitUs);
  return fabric
    .host(place)
    .answers()
    .map(({ first }) => first);
}

/** Why the host at `place` was refused, since its log was cleared. */
export function codesOf(fabric: VirtualFabric, place: number): number[] {
  return fabric
    .host(place)
    .refusals()
    .map(({ code }) => code);
}
