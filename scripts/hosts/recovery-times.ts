import type { Deliveries } from "../checker/index.js";

/**
 * How long it took from each of some instants until numbers came that were asked for after it. What had been asked for
 * before may have been answered before, and arrive later: it proves nothing.
 */
export class RecoveryTimes {
  /** For each instant, in the order of time, and each host: when the first such number was delivered. */
  private readonly firsts: readonly Float64Array[];
  private readonly instants: readonly number[];

  /**
   * @param instantsNs on the clock of the deliveries, in any order.
   * @param hosts how many; they are numbered from 1.
   */
  constructor(deliveries: Deliveries, instantsNs: readonly bigint[], hosts: number) {
    // Nanoseconds since the boot of a computer are exact in a double for a hundred days.
    this.instants = instantsNs.map(Number).sort((left, right) => left - right);
    this.firsts = this.instants.map(() => new Float64Array(hosts + 1).fill(Number.POSITIVE_INFINITY));
    const { hostIds, requestTimesNs, deliveryTimesNs } = deliveries;
    for (let index = 0; index < deliveries.length; index += 1) {
      const place = this.lastBefore(Number(requestTimesNs[index]));
      const host = hostIds[index] as number;
      if (place >= 0) this.lower(place, host, Number(deliveryTimesNs[index]));
    }
    // Whoever asked after a later instant asked after the earlier ones too.
    for (let place = this.firsts.length - 2; place >= 0; place -= 1) {
      const later = this.firsts[place + 1] as Float64Array;
      later.forEach((ns, host) => {
        this.lower(place, host, ns);
      });
    }
  }

  /** @returns milliseconds to the first number at this host, infinite where none came. */
  at(instantNs: bigint, host: number): number {
    const place = this.instants.indexOf(Number(instantNs));
    if (place < 0) throw new RangeError("This instant was not asked about.");
    return ((this.firsts[place]?.[host] ?? Number.NaN) - (this.instants[place] as number)) / 1e6;
  }

  private lower(place: number, host: number, ns: number): void {
    const firsts = this.firsts[place] as Float64Array;
    if (ns < (firsts[host] as number)) firsts[host] = ns;
  }

  private lastBefore(ns: number): number {
    let low = 0;
    let high = this.instants.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.instants[middle] as number) < ns) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
