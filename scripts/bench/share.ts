/**
 * Shares `total` among `parts` as evenly as whole numbers allow. What is left over goes to the last ones: the only
 * caller of a run asks at the last card, which holds no role, so its numbers make all three one-way trips.
 */
export function share(total: number, parts: number): number[] {
  const least = Math.floor(total / parts);
  const rest = total - least * parts;
  return Array.from({ length: parts }, (_, index) => (index >= parts - rest ? least + 1 : least));
}
