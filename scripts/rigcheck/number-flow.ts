import { setTimeout as delay } from "node:timers/promises";
import type { Sequence } from "../../host-bridge/sequence.js";
import type { Deliveries } from "../checker/index.js";

/** After a call that failed: a fabric without a quorum must not be asked in a circle. */
const FAILURE_PAUSE_MS = 50;

/** How one host fared since `beginWindow`. */
export interface FlowWindow {
  readonly numbers: number;
  readonly failures: number;
  /** The longest that any call took, that one included which still waits. */
  readonly longestWaitMs: number;
}

interface Host {
  readonly card: number;
  readonly sequence: Sequence;
  running: boolean;
  done: Promise<void>;
  numbers: number;
  failures: number;
  longestNs: bigint;
  /** When the call was made that still waits. */
  pendingSinceNs: bigint | undefined;
}

interface Waiter {
  readonly card: number;
  readonly sinceNs: bigint;
  readonly resolve: (deliveredAtNs: bigint) => void;
}

/** Takes numbers at several cards, one after the other at each, and puts every delivery on record. */
export class NumberFlow {
  private readonly hosts = new Map<number, Host>();
  private readonly waiters = new Set<Waiter>();
  private readonly deliveries: Deliveries;
  private readonly pauseMs: number;
  /** Where in the deliveries the window begins. */
  private windowStart = 0;

  /** @param pauseMs between two numbers of one card. */
  constructor(deliveries: Deliveries, pauseMs: number) {
    this.deliveries = deliveries;
    this.pauseMs = pauseMs;
  }

  /** Begins to take numbers at a card, in the place of what was taken there before. */
  add(card: number, sequence: Sequence): void {
    const host: Host = {
      card,
      sequence,
      running: true,
      done: Promise.resolve(),
      numbers: 0,
      failures: 0,
      longestNs: 0n,
      pendingSinceNs: undefined,
    };
    this.hosts.set(card, host);
    host.done = this.run(host);
  }

  /** Takes no more at a card. Whoever closes its sequence need not wait for the call in flight. */
  remove(card: number): void {
    const host = this.hosts.get(card);
    if (host !== undefined) host.running = false;
    this.hosts.delete(card);
  }

  /** Counts anew. */
  beginWindow(): void {
    this.windowStart = this.deliveries.length;
    for (const host of this.hosts.values()) {
      host.numbers = 0;
      host.failures = 0;
      host.longestNs = 0n;
    }
  }

  window(card: number): FlowWindow {
    const host = this.hosts.get(card);
    if (host === undefined) return { numbers: 0, failures: 0, longestWaitMs: 0 };
    const pending = host.pendingSinceNs === undefined ? 0n : process.hrtime.bigint() - host.pendingSinceNs;
    const longest = pending > host.longestNs ? pending : host.longestNs;
    return { numbers: host.numbers, failures: host.failures, longestWaitMs: toMs(longest) };
  }

  /**
   * Waits for a number that is asked for at `sinceNs` or later.
   * @returns how long after `sinceNs` it came, in milliseconds; undefined where none came within `limitMs`.
   */
  async nextAfter(card: number, sinceNs: bigint, limitMs: number): Promise<number | undefined> {
    const early = this.inWindow(card, sinceNs);
    if (early !== undefined) return toMs(early - sinceNs);
    const limit = new AbortController();
    const late = delay(limitMs, undefined, { signal: limit.signal }).catch(() => undefined);
    let waiter: Waiter | undefined;
    const came = new Promise<bigint>((resolve) => {
      waiter = { card, sinceNs, resolve };
      this.waiters.add(waiter);
    });
    const atNs = await Promise.race([came, late]);
    limit.abort();
    if (waiter !== undefined) this.waiters.delete(waiter);
    return typeof atNs === "bigint" ? toMs(atNs - sinceNs) : undefined;
  }

  /** Ends when the calls in flight are over. */
  async stop(): Promise<void> {
    const hosts = [...this.hosts.values()];
    for (const { card } of hosts) this.remove(card);
    await Promise.all(hosts.map(({ done }) => done));
  }

  /** Whoever pulled a plug tells it a little later than it was: the number may be there already. */
  private inWindow(card: number, sinceNs: bigint): bigint | undefined {
    const { deliveryTimesNs, hostIds, requestTimesNs } = this.deliveries;
    for (let index = this.windowStart; index < hostIds.length; index += 1) {
      if (hostIds[index] === card && (requestTimesNs[index] as bigint) >= sinceNs)
        return deliveryTimesNs[index];
    }
    return undefined;
  }

  private async run(host: Host): Promise<void> {
    while (host.running) {
      const requestedAtNs = process.hrtime.bigint();
      host.pendingSinceNs = requestedAtNs;
      try {
        const number = await host.sequence.next();
        this.note(host, requestedAtNs, process.hrtime.bigint(), number);
        if (this.pauseMs > 0) await delay(this.pauseMs);
      } catch {
        // Why is told by who was not served in the end: calls may well fail while plugs are pulled.
        host.failures += 1;
        host.pendingSinceNs = undefined;
        await delay(FAILURE_PAUSE_MS);
      }
    }
  }

  private note(host: Host, requestedAtNs: bigint, deliveredAtNs: bigint, number: bigint): void {
    this.deliveries.append(host.card, 0, requestedAtNs, deliveredAtNs, number);
    host.pendingSinceNs = undefined;
    host.numbers += 1;
    if (deliveredAtNs - requestedAtNs > host.longestNs) host.longestNs = deliveredAtNs - requestedAtNs;
    for (const waiter of this.waiters) {
      if (waiter.card === host.card && requestedAtNs >= waiter.sinceNs) waiter.resolve(deliveredAtNs);
    }
  }
}

function toMs(ns: bigint): number {
  return Number(ns) / 1_000_000;
}
