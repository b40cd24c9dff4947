export interface MemoryFigures {
  /** Median of the first, of the second and of the last quarter of the time, in bytes. */
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
    median(samples.filter((_, at) => Math.floor((4 * at) / samples.length) === index));
  const [start, middle, end] = [quarter(0), quarter(1), quarter(3)];
  return { start, middle, end, most: Math.max(...samples), isFlat: end <= middle * (1 + MOST_GROWTH) };
}

function median(values: readonly number[]): number {
  const middle = [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new Error("Too few looks at the memory: let it take more calls.");
  return middle;
}
