/** A look at a process's memory. */
export interface MemorySample {
  /** Calls that were served by then. */
  readonly calls: number;
  /** Resident memory in bytes. */
  readonly bytes: number;
}

export interface MemoryFigures {
  /** Median of the first, of the second and of the last quarter of the calls, in bytes. */
  readonly start: number;
  readonly middle: number;
  readonly end: number;
  readonly most: number;
  /** Whether the last quarter is no more than `MOST_GROWTH` above the second. */
  readonly isFlat: boolean;
}

/**
 * The first quarter warms up: code is compiled, and the heap takes the size that the load needs. What then grows by more than this in
 * half of the calls would grow for ever.
 */
const MOST_GROWTH = 0.1;

/** @param samples in the order in which they were taken. @throws Error where a quarter of the calls has none. */
export function judgeMemory(samples: readonly MemorySample[]): MemoryFigures {
  const calls = samples.at(-1)?.calls ?? 0;
  const quarter = (index: number): number =>
    median(
      samples
        .filter((sample) => Math.min(3, Math.floor((4 * sample.calls) / calls)) === index)
        .map(({ bytes }) => bytes),
    );
  const [start, middle, end] = [quarter(0), quarter(1), quarter(3)];
  const most = Math.max(...samples.map(({ bytes }) => bytes));
  return { start, middle, end, most, isFlat: end <= middle * (1 + MOST_GROWTH) };
}

function median(values: readonly number[]): number {
  const middle = [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new Error("Too few looks at the memory: take more calls.");
  return middle;
}
