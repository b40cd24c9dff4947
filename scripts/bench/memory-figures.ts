export interface MemoryFigures {
  /** Least in the first, in the second and in the last quarter of the time, in bytes: what is left behind a collection. */
  readonly start: number;
  readonly middle: number;
  readonly end: number;
  readonly most: number;
  /** Whether the last quarter is no more than `MOST_GROWTH` above the second. */
  readonly isFlat: boolean;
}

/**
 * The first quarter warms up: code is compiled, and the heap takes the size that the load needs. What then grows by more than this in
 * half of the time would grow for ever.
 */
const MOST_GROWTH = 0.1;

/** @param samples resident memory in bytes, at regular intervals. @throws Error where they are fewer than four. */
export function judgeMemory(samples: readonly number[]): MemoryFigures {
  const quarter = (index: number): number =>
    least(samples.filter((_, at) => Math.floor((4 * at) / samples.length) === index));
  const [start, middle, end] = [quarter(0), quarter(1), quarter(3)];
  return { start, middle, end, most: Math.max(...samples), isFlat: end <= middle * (1 + MOST_GROWTH) };
}

function least(values: readonly number[]): number {
  if (values.length === 0) throw new Error("Too few looks at the memory: let it take more calls.");
  return Math.min(...values);
}
