/**
 * One number that reached one caller. Times are `process.hrtime.bigint()`, which is one clock for all processes of a
 * machine on Linux and macOS.
 */
export interface Delivery {
  /** Which process took the number, 0 to 2^32-1. */
  readonly host: number;
  /** Which caller within that process, 0 to 2^32-1. */
  readonly caller: number;
  /** When the caller asked, taken before the call. */
  readonly requestedAtNs: bigint;
  /** When the caller had the number, taken after the call. */
  readonly deliveredAtNs: bigint;
  readonly number: bigint;
}

const INITIAL_CAPACITY = 1024;

/** Many deliveries, a typed array for each field: an object each would take the memory of millions of them tenfold. */
export class Deliveries implements Iterable<Delivery> {
  private count = 0;
  private hosts = new Uint32Array(INITIAL_CAPACITY);
  private callers = new Uint32Array(INITIAL_CAPACITY);
  private requested = new BigUint64Array(INITIAL_CAPACITY);
  private delivered = new BigUint64Array(INITIAL_CAPACITY);
  private taken = new BigUint64Array(INITIAL_CAPACITY);

  static of(records: Iterable<Delivery>): Deliveries {
    const made = new Deliveries();
    for (const record of records) {
      made.append(record.host, record.caller, record.requestedAtNs, record.deliveredAtNs, record.number);
    }
    return made;
  }

  get length(): number {
    return this.count;
  }

  /** The numbers, in the order in which they were appended. A view, valid until the next `append`. */
  get numbers(): BigUint64Array {
    return this.taken.subarray(0, this.count);
  }

  /** @see numbers */
  get requestTimesNs(): BigUint64Array {
    return this.requested.subarray(0, this.count);
  }

  /** @see numbers */
  get deliveryTimesNs(): BigUint64Array {
    return this.delivered.subarray(0, this.count);
  }

  /** The host of each. @see numbers */
  get hostIds(): Uint32Array {
    return this.hosts.subarray(0, this.count);
  }

  append(host: number, caller: number, requestedAtNs: bigint, deliveredAtNs: bigint, number: bigint): void {
    if (this.count === this.hosts.length) this.grow();
    const index = this.count;
    this.hosts[index] = host;
    this.callers[index] = caller;
    this.requested[index] = requestedAtNs;
    this.delivered[index] = deliveredAtNs;
    this.taken[index] = number;
    this.count = index + 1;
  }

  /** @param index 0 to `length`-1. @throws RangeError outside of that. */
  at(index: number): Delivery {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) {
      throw new RangeError(`There is no delivery ${index}: there are ${this.count}.`);
    }
    return {
      host: this.hosts[index] as number,
      caller: this.callers[index] as number,
      requestedAtNs: this.requested[index] as bigint,
      deliveredAtNs: this.delivered[index] as bigint,
      number: this.taken[index] as bigint,
    };
  }

  *[Symbol.iterator](): IterableIterator<Delivery> {
    for (let index = 0; index < this.count; index += 1) yield this.at(index);
  }

  private grow(): void {
    const capacity = this.hosts.length * 2;
    this.hosts = enlarged32(this.hosts, capacity);
    this.callers = enlarged32(this.callers, capacity);
    this.requested = enlarged64(this.requested, capacity);
    this.delivered = enlarged64(this.delivered, capacity);
    this.taken = enlarged64(this.taken, capacity);
  }
}

function enlarged32(from: Uint32Array<ArrayBuffer>, capacity: number): Uint32Array<ArrayBuffer> {
  const made = new Uint32Array(capacity);
  made.set(from);
  return made;
}

function enlarged64(from: BigUint64Array<ArrayBuffer>, capacity: number): BigUint64Array<ArrayBuffer> {
  const made = new BigUint64Array(capacity);
  made.set(from);
  return made;
}
