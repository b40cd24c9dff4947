import type { Random } from "../support/random.js";

/**
 * What a bad cable makes of an encoded frame: flipped bits, lost, doubled and foreign bytes, a lost delimiter, an end in
 * the middle, stray text in front. The result may be anything, also nothing.
 */
export function garble(encoded: Uint8Array, random: Random): number[] {
  const bytes = Array.from(encoded);
  for (let times = 1 + random.below(3); times > 0 && bytes.length > 0; times -= 1) {
    const at = random.below(bytes.length);
    switch (random.below(9)) {
      case 0:
      case 1:
        bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
        break;
      case 2:
        bytes.splice(at, 1 + random.below(4));
        break;
      case 3:
        bytes.splice(at, 0, bytes[at] as number);
        break;
      case 4:
        bytes.splice(at, 0, ...Array.from({ length: 1 + random.below(8) }, () => random.below(256)));
        break;
      case 5:
        bytes.pop();
        break;
      case 6:
        bytes.length = at;
        break;
      case 7:
        bytes.splice(0, 1, ...Array.from({ length: random.below(16) }, () => 0x20 + random.below(0x5f)));
        break;
      default:
        bytes.splice(at, 0, ...Array.from({ length: random.below(300) }, () => 1 + random.below(255)));
    }
  }
  return bytes;
}
