import { Uint64 } from "../wire/uint64.js";

/** Who does what, from which number on. Roles come from the view and from nothing else. */
export class View {
  /** (round << 8 | id of the card that made it), up to 2^40-1; 0 stands for no view. */
  number = 0;
  primary = 0;
  secondary = 0;
  /** The first number that the view may hand out. */
  readonly base = new Uint64();

  set(number: number, primary: number, secondary: number, base: Uint64): void {
    this.number = number;
    this.primary = primary;
    this.secondary = secondary;
    this.base.copy(base);
  }
}

/** The view that `init` sets up: round 1, made by the member with the lowest id. */
export function firstViewNumber(lowestCard: number): number {
  return 256 + lowestCard;
}
