interface Event {
  readonly atUs: number;
  readonly run: () => void;
}

/** What is to happen, and when, in virtual time. Events of the same time keep their order. */
export class VirtualClock {
  nowUs = 0;
  private readonly events: Event[] = [];

  get nextUs(): number {
    return this.events[0]?.atUs ?? Number.POSITIVE_INFINITY;
  }

  schedule(atUs: number, run: () => void): void {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.events[middle] as Event).atUs <= atUs) low = middle + 1;
      else high = middle;
    }
    this.events.splice(low, 0, { atUs, run });
  }

  /** Runs the oldest event that is due. @returns false where none is. */
  runOne(): boolean {
    if (this.nextUs > this.nowUs) return false;
    this.events.shift()?.run();
    return true;
  }
}
