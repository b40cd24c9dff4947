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

const MAX_ROUND = 0xffff_ffff;

/** The card that made a view, and the only one whose PREPARE and ACCEPT for it count. */
export function coordinatorOf(view: number): number {
  return view % 256;
}

/** @returns a view of the coordinator `card` above `view`, or 0 where the rounds have run out. */
export function nextViewNumber(view: number, card: number): number {
  const round = Math.floor(view / 256) + 1;
  return round > MAX_ROUND ? 0 : round * 256 + card;
}

/** The view with which a fabric begins: round 1, made by the member with the lowest id. */
export function firstViewNumber(lowestCard: number): number {
  return 256 + lowestCard;
}
