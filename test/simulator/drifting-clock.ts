/** A card's own clock: microseconds since its boot, at its own rate. */
export class DriftingClock {
  /** Microseconds that it counts in one true microsecond: 0.99 to 1.01. */
  rate = 1;
  private bootUs = 0;

  /** Starts from zero at the true time `nowUs`. */
  start(nowUs: number): void {
    this.bootUs = nowUs;
  }

  /** What the clock shows at the true time `nowUs`. */
  localUs(nowUs: number): number {
    return Math.floor((nowUs - this.bootUs) * this.rate);
  }

  /** @returns the first true microsecond at which the clock shows `localUs` or more. */
  trueUs(localUs: number): number {
    if (localUs === Number.POSITIVE_INFINITY) return localUs;
    let atUs = this.bootUs + Math.max(0, Math.ceil(localUs / this.rate));
    while (this.localUs(atUs) < localUs) atUs += 1;
    return atUs;
  }
}
