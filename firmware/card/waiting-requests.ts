import { MAX_WAITING_REQUESTS } from "../wire/constants.js";

/** Requests for which the acknowledged ceiling does not reach yet, in the order in which they came. */
export class WaitingRequests {
  count = 0;
  private head = 0;
  private readonly originators = new Uint8Array(MAX_WAITING_REQUESTS);
  /** As signed integers, which XS compares sooner. */
  private readonly requestIds = new Int32Array(MAX_WAITING_REQUESTS);
  private readonly counts = new Uint16Array(MAX_WAITING_REQUESTS);

  /** @returns false where there is no room. A request that waits already (a retry) is not added again. */
  add(originator: number, requestId: number, count: number): boolean {
    for (let offset = 0; offset < this.count; offset += 1) {
      const place = this.place(offset);
      if (this.originators[place] === originator && this.requestIds[place] === requestId) return true;
    }
    if (this.count === MAX_WAITING_REQUESTS) return false;
    const place = this.place(this.count);
    this.originators[place] = originator;
    this.requestIds[place] = requestId;
    this.counts[place] = count;
    this.count += 1;
    return true;
  }

  /** The originator of the oldest request. Only while `count` is above 0, as the next two. */
  get originator(): number {
    return this.originators[this.head] as number;
  }

  get requestId(): number {
    return this.requestIds[this.head] as number;
  }

  get blockCount(): number {
    return this.counts[this.head] as number;
  }

  removeOldest(): void {
    this.head = this.place(1);
    this.count -= 1;
  }

  clear(): void {
    this.count = 0;
  }

  private place(offset: number): number {
    return (this.head + offset) % MAX_WAITING_REQUESTS;
  }
}
