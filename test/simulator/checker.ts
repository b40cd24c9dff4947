/** Offsets from the fabric's first number: exact in a double, as no run comes near 2^53 numbers. */
interface Interval {
  start: number;
  end: number;
}

/**
 * Sees what the hosts see, invocations and deliveries, and nothing else.
 * P1: no number is delivered twice. P2: a number is greater than every one delivered anywhere before its request was made.
 */
export class Checker {
  /** The first violation, in words; "" while there is none. */
  violation = "";
  invocations = 0;
  deliveries = 0;
  /** Numbers delivered. */
  numbers = 0;
  private highest = -1;
  /** What was delivered, in rising order; neighbours are joined. */
  private readonly delivered: Interval[] = [];

  /** A process asks. @returns what every number that it gets must be greater than. */
  invoke(): number {
    this.invocations += 1;
    return this.highest;
  }

  /**
   * A process gets the numbers from `start` to `start + count - 1`.
   * @param floor is what `invoke` returned for it.
   */
  deliver(start: number, count: number, floor: number, host: number, nowUs: number): void {
    const end = start + count;
    this.deliveries += 1;
    this.numbers += count;
    const where = `at host ${host}, ${nowUs} us: numbers ${start} to ${end - 1} (counted from the first)`;
    if (start < 0 || !Number.isSafeInteger(end)) this.fail(`outside the sequence ${where}`);
    if (start <= floor) this.fail(`P2: ${floor} was delivered before the request was made, ${where}`);
    if (!this.add(start, end)) this.fail(`P1: delivered twice, ${where}`);
    if (end - 1 > this.highest) this.highest = end - 1;
  }

  fail(violation: string): void {
    if (this.violation === "") this.violation = violation;
  }

  /**
   * P3: every number up to the newest delivered one was assigned by a card, or is among those that views are counted to
   * have skipped at their begin. What was assigned and not delivered is what was in flight, repeated or given up.
   * @param accounted is what all cards have counted of these in all their boots.
   */
  checkSkips(accounted: number): void {
    const uncounted = this.highest + 1 - accounted;
    if (uncounted > 0) this.fail(`P3: ${uncounted} numbers were skipped and not counted`);
  }

  /** Numbers below the highest delivered one that nobody got. */
  gaps(): number {
    return this.highest + 1 - this.numbers;
  }

  private add(start: number, end: number): boolean {
    const { delivered } = this;
    let at = delivered.length;
    while (at > 0 && (delivered[at - 1] as Interval).start > start) at -= 1;
    const before = delivered[at - 1];
    const after = delivered[at];
    if ((before !== undefined && before.end > start) || (after !== undefined && after.start < end))
      return false;
    const joinsBefore = before?.end === start;
    const joinsAfter = after?.start === end;
    if (joinsBefore && joinsAfter) {
      before.end = after.end;
      delivered.splice(at, 1);
    } else if (joinsBefore) before.end = end;
    else if (joinsAfter) after.start = start;
    else delivered.splice(at, 0, { start, end });
    return true;
  }
}
