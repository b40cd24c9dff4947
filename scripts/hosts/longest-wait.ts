import type { Deliveries } from "../checker/index.js";

/** From a fault to its mending, on the clock of the deliveries. */
export type Span = readonly [bigint, bigint];

/** @returns the longest that a call waited which was open in a span of time, in milliseconds. */
export function longestWaitMs(deliveries: Deliveries, [fromNs, toNs]: Span): number {
  const [from, to] = [Number(fromNs), Number(toNs)];
  let longestNs = 0;
  for (let index = 0; index < deliveries.length; index += 1) {
    const askedNs = Number(deliveries.requestTimesNs[index]);
    const deliveredNs = Number(deliveries.deliveryTimesNs[index]);
    if (deliveredNs >= from && askedNs < to) longestNs = Math.max(longestNs, deliveredNs - askedNs);
  }
  return longestNs / 1e6;
}
