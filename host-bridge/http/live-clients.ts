import type { ServerResponse } from "node:http";

/** Pages that look at once. */
export const MAX_LIVE_CLIENTS = 16;
/** Who has not read what was sent for this long is sent away. */
const STUCK_MS = 15_000;

/** A page that is told something each second. */
export interface LiveClient {
  /** Resolves when it was taken by the connection. */
  send(event: string, data: string): Promise<void>;
  readonly outgoing: ServerResponse;
}

/** The pages that look. One that reads slowly misses pictures, which are each whole, and never makes others wait. */
export class LiveClients {
  private readonly sendingSinceMs = new Map<LiveClient, number | null>();

  get count(): number {
    return this.sendingSinceMs.size;
  }

  get isFull(): boolean {
    return this.count >= MAX_LIVE_CLIENTS;
  }

  /** @param firstEvents what it is told before all others. */
  add(client: LiveClient, nowMs: number, firstEvents: () => Promise<void>): void {
    this.sendingSinceMs.set(client, nowMs);
    void firstEvents().then(() => this.release(client));
  }

  remove(client: LiveClient): void {
    this.sendingSinceMs.delete(client);
  }

  tell(event: string, data: string, nowMs: number): void {
    for (const [client, sinceMs] of this.sendingSinceMs) {
      if (sinceMs === null) {
        this.sendingSinceMs.set(client, nowMs);
        void client.send(event, data).then(() => this.release(client));
      } else if (nowMs - sinceMs > STUCK_MS) client.outgoing.destroy();
    }
  }

  closeAll(): void {
    for (const { outgoing } of this.sendingSinceMs.keys()) outgoing.destroy();
    this.sendingSinceMs.clear();
  }

  private release(client: LiveClient): void {
    if (this.sendingSinceMs.has(client)) this.sendingSinceMs.set(client, null);
  }
}
