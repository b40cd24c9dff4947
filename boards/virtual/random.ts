/** A source of numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/**
 * The same numbers again for the same seed, so that a run that fails can be repeated.
 * @param seed any 32-bit number.
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    // Weyl sequence and a 32-bit mixer: short, fast, and even enough for noise on a cable.
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}

/** 32 random bits. */
export function randomUint32(random: Random): number {
  return Math.floor(random() * 0x1_0000_0000);
}
