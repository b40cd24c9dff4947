import type { Deliveries, Delivery } from "./deliveries.js";
import { sortOrder } from "./sort-order.js";

/** Smallest and largest number that may ever be delivered. */
export const FIRST_NUMBER = 1n;
export const LAST_NUMBER = 2n ** 63n - 1n;

/** Two deliveries that cannot both be right, or one that cannot be. */
export type Violation =
  /** P1: both got the same number. */
  | { readonly kind: "duplicate"; readonly earlier: Delivery; readonly later: Delivery }
  /** P2: `earlier` was delivered before `later` was asked for, yet its number is not below that of `later`. */
  | { readonly kind: "order"; readonly earlier: Delivery; readonly later: Delivery }
  /** Not a number from 1 to 2^63-1. */
  | { readonly kind: "range"; readonly delivery: Delivery }
  /** Delivered before it was asked for: the record itself, or the clock, is wrong. */
  | { readonly kind: "clock"; readonly delivery: Delivery };

/** What was not delivered between the first and the last number (P3). */
export interface Gaps {
  /** Smallest and largest number; undefined where nothing was delivered. */
  readonly first: bigint | undefined;
  readonly last: bigint | undefined;
  /** Different numbers that were delivered. */
  readonly delivered: number;
  /** Numbers between first and last that were not. */
  readonly missing: bigint;
  /** Runs of consecutive missing numbers. */
  readonly gaps: number;
  /** Length of the longest run. */
  readonly longestGap: bigint;
}

export interface CheckResult extends Gaps {
  /** Whether P1 and P2 held, and every record made sense. */
  readonly held: boolean;
  readonly records: number;
  /** Deliveries of a number that another delivery had already. */
  readonly duplicates: number;
  /** Deliveries whose number is not above all that were delivered before their request. */
  readonly orderViolations: number;
  readonly rangeViolations: number;
  readonly clockViolations: number;
  /** The first of each kind that were met, at most `maxExamples` of each. */
  readonly examples: readonly Violation[];
}

export interface CheckOptions {
  /** How many violations of each kind are kept to be shown. Default 5. */
  readonly maxExamples?: number;
}

/**
 * Checks every delivery of every process against P1 (no number twice) and P2 (a number is greater than every number
 * delivered anywhere before its request was made), and counts the gaps. Two things at the same instant are concurrent.
 * O(n log n): one sort by number, then one walk from the largest number down.
 */
export function check(deliveries: Deliveries, options: CheckOptions = {}): CheckResult {
  const { numbers, requestTimesNs, deliveryTimesNs } = deliveries;
  const order = sortOrder(numbers);
  const examples = new Examples(deliveries, options.maxExamples ?? 5);

  // The earliest delivered of all whose number is as large or larger: whoever asked after that ought to have got more.
  let earliest = -1;
  let earliestNs = 0n;
  for (let groupEnd = order.length; groupEnd > 0; ) {
    const number = numbers[order[groupEnd - 1] as number] as bigint;
    let groupStart = groupEnd;
    while (groupStart > 0 && numbers[order[groupStart - 1] as number] === number) groupStart -= 1;

    for (let place = groupStart; place < groupEnd; place += 1) {
      const index = order[place] as number;
      const deliveredNs = deliveryTimesNs[index] as bigint;
      if (number < FIRST_NUMBER || number > LAST_NUMBER) examples.single("range", index);
      if (place > groupStart) examples.pair("duplicate", order[groupStart] as number, index);
      if (deliveredNs < (requestTimesNs[index] as bigint)) {
        examples.single("clock", index);
      } else if (earliest < 0 || deliveredNs < earliestNs) {
        earliest = index;
        earliestNs = deliveredNs;
      }
    }
    for (let place = groupStart; place < groupEnd; place += 1) {
      const index = order[place] as number;
      const requestedNs = requestTimesNs[index] as bigint;
      // A record that the clock contradicts says nothing about order, neither as the earlier nor as the later one.
      const sound = requestedNs <= (deliveryTimesNs[index] as bigint);
      if (sound && earliest >= 0 && earliestNs < requestedNs) examples.pair("order", earliest, index);
    }
    groupEnd = groupStart;
  }

  const { counts } = examples;
  return {
    held: counts.duplicate + counts.order + counts.range + counts.clock === 0,
    records: deliveries.length,
    duplicates: counts.duplicate,
    orderViolations: counts.order,
    rangeViolations: counts.range,
    clockViolations: counts.clock,
    examples: examples.kept,
    ...countGaps(numbers, order),
  };
}

function countGaps(numbers: BigUint64Array, order: Uint32Array): Gaps {
  if (order.length === 0) {
    return { first: undefined, last: undefined, delivered: 0, missing: 0n, gaps: 0, longestGap: 0n };
  }
  const first = numbers[order[0] as number] as bigint;
  let last = first;
  let delivered = 1;
  let missing = 0n;
  let gaps = 0;
  let longestGap = 0n;
  for (let place = 1; place < order.length; place += 1) {
    const number = numbers[order[place] as number] as bigint;
    if (number === last) continue;
    const skipped = number - last - 1n;
    if (skipped > 0n) {
      gaps += 1;
      missing += skipped;
      if (skipped > longestGap) longestGap = skipped;
    }
    delivered += 1;
    last = number;
  }
  return { first, last, delivered, missing, gaps, longestGap };
}

/** Counts all violations and keeps some of each kind. */
class Examples {
  readonly counts = { duplicate: 0, order: 0, range: 0, clock: 0 };
  readonly kept: Violation[] = [];
  private readonly deliveries: Deliveries;
  private readonly maxEach: number;

  constructor(deliveries: Deliveries, maxEach: number) {
    this.deliveries = deliveries;
    this.maxEach = maxEach;
  }

  single(kind: "range" | "clock", index: number): void {
    this.counts[kind] += 1;
    if (this.counts[kind] <= this.maxEach) this.kept.push({ kind, delivery: this.deliveries.at(index) });
  }

  pair(kind: "duplicate" | "order", one: number, other: number): void {
    this.counts[kind] += 1;
    if (this.counts[kind] > this.maxEach) return;
    const left = this.deliveries.at(one);
    const right = this.deliveries.at(other);
    const inOrder = left.deliveredAtNs <= right.deliveredAtNs || kind === "order";
    this.kept.push({ kind, earlier: inOrder ? left : right, later: inOrder ? right : left });
  }
}
