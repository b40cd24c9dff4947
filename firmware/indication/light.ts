/** A light's colours, as bits: red, green, blue. A light of one colour is on for any but dark. */
export const DARK = 0;
export const RED = 4;
export const GREEN = 2;
export const BLUE = 1;
export const YELLOW = 6;
export const WHITE = 7;

/** Parts of a pattern, one bit each; the lowest comes first. */
export const SLOTS = 32;
/** How long one part lasts: the whole pattern takes two seconds. */
export const SLOT_US = 62_500;

/** What a light does over and over. Never changed. */
export interface Light {
  /** While it is lit. */
  readonly color: number;
  /** A bit for each slot in which it is lit. */
  readonly lit: number;
}

/** @returns the colour that `light` has at `nowUs` (0 to 2^53), DARK where it is off. */
export function colorAt(light: Light, nowUs: number): number {
  return isLit(light.lit, slotAt(nowUs)) ? light.color : DARK;
}

/** @returns when the light is next to be looked at: the start of the first later slot that differs, microseconds. */
export function nextChangeUs(light: Light, nowUs: number): number {
  const slot = slotAt(nowUs);
  const lit = isLit(light.lit, slot);
  let ahead = 1;
  while (ahead < SLOTS && isLit(light.lit, (slot + ahead) % SLOTS) === lit) ahead += 1;
  return (Math.floor(nowUs / SLOT_US) + ahead) * SLOT_US;
}

function slotAt(nowUs: number): number {
  return Math.floor(nowUs / SLOT_US) % SLOTS;
}

function isLit(lit: number, slot: number): boolean {
  return ((lit >>> slot) & 1) === 1;
}
