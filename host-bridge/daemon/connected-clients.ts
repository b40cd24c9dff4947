import type { Server, Socket } from "node:net";

/** How long clients may take to read what was written to them last. */
const CLOSE_TIMEOUT_MS = 500;

/** The daemon's side of one connection. */
export interface ConnectedClient {
  push(bytes: Buffer): void;
  /** Hands what was written to the socket, at once. */
  flush(): void;
  /** The connection is gone. */
  forget(): void;
}

/** The connections of one listener, and what they have to send. */
export class ConnectedClients<Client extends ConnectedClient> {
  private readonly connections = new Map<Socket, Client>();
  private written = new Set<Client>();
  private isFlushDue = false;

  get count(): number {
    return this.connections.size;
  }

  [Symbol.iterator](): IterableIterator<Client> {
    return this.connections.values();
  }

  add(socket: Socket, client: Client): void {
    this.connections.set(socket, client);
    socket.on("data", (bytes) => client.push(bytes));
    socket.once("close", () => {
      this.connections.delete(socket);
      client.forget();
    });
  }

  /** Next ticks run when everything that a card has answered at once was shared out: one write then has all of it. */
  flushSoon(client: Client): void {
    this.written.add(client);
    if (this.isFlushDue) return;
    this.isFlushDue = true;
    process.nextTick(() => this.flush());
  }

  flush(): void {
    this.isFlushDue = false;
    const { written } = this;
    this.written = new Set();
    for (const client of written) client.flush();
  }

  /**
   * Ends all connections and their server. Who does not take its last bytes in time loses them.
   * @param end begins the end of one.
   */
  async close(server: Server, end: (socket: Socket, client: Client) => void): Promise<void> {
    const closed = server.listening
      ? new Promise<void>((resolve) => server.close(() => resolve()))
      : Promise.resolve();
    const ends = [...this.connections].map(([socket, client]) => {
      const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
      end(socket, client);
      return ended;
    });
    this.flush();
    const timer = setTimeout(() => {
      for (const socket of this.connections.keys()) socket.destroy();
    }, CLOSE_TIMEOUT_MS);
    await Promise.all(ends);
    clearTimeout(timer);
    await closed;
  }
}
