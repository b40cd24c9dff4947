import { setTimeout as sleep } from "node:timers/promises";
import type { Deliveries } from "../../../../scripts/checker/index.js";

/** Between two calls of a witness: what is tested is that it is served, not how quickly. */
const PAUSE_MS = 2;

/** Somebody who did nothing wrong, and calls again and again through one listener. */
export class Witness {
  readonly name: string;
  /** What went wrong for it, which nothing may. */
  readonly complaints: string[] = [];
  private readonly over = new AbortController();
  private readonly running: Promise<void>;
  private askedNs = 0n;

  /** @param call takes a number, or `null` where it is served otherwise. */
  constructor(name: string, id: number, deliveries: Deliveries, call: () => Promise<bigint | null>) {
    this.name = name;
    this.running = this.run(id, deliveries, call);
  }

  /** Resolves when it was served something that it asked for after this call. */
  async isServed(): Promise<void> {
    const sinceNs = process.hrtime.bigint();
    while (this.askedNs <= sinceNs) await sleep(PAUSE_MS);
  }

  complain(what: string): void {
    if (!this.over.signal.aborted) this.complaints.push(what);
  }

  async end(): Promise<void> {
    this.over.abort();
    await this.running;
  }

  private async run(id: number, deliveries: Deliveries, call: () => Promise<bigint | null>): Promise<void> {
    while (!this.over.signal.aborted) {
      const askedNs = process.hrtime.bigint();
      try {
        const number = await call();
        if (number !== null) deliveries.append(id, 0, askedNs, process.hrtime.bigint(), number);
        this.askedNs = askedNs;
      } catch (error) {
        this.complain(error instanceof Error ? error.message : String(error));
      }
      await sleep(PAUSE_MS);
    }
  }
}
