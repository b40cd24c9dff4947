import { createServer, type Server, type Socket } from "node:net";
import { SequenceError } from "../errors.js";
import { ConnectedClients } from "./connected-clients.js";
import type { Listener, ListenerEnvironment } from "./listener.js";
import { describeNetworkAddress, type NetworkAddress } from "./network-address.js";
import { RedisClient } from "./redis/redis-client.js";
import { describeServer } from "./redis/redis-info.js";
import { errorReply } from "./redis/resp-replies.js";
import { readSecret } from "./secret-file.js";

const SWEEP_EVERY_MS = 250;
const BACKLOG = 4_096;

export interface RedisListenerOptions {
  readonly address: NetworkAddress;
  /** A file with the password of clients; null for none. */
  readonly passwordFile: string | null;
  /** Connections at once; more are refused as they come. */
  readonly maxClients: number;
  /** How long an INCR may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** Gives numbers to whatever speaks the Redis protocol: INCR under any key is the next number of the one sequence. */
export class RedisListener implements Listener {
  readonly name = "redis";
  address: string | null = null;
  private readonly options: RedisListenerOptions;
  private readonly environment: ListenerEnvironment;
  private readonly server: Server;
  private readonly connected = new ConnectedClients<RedisClient>();
  private password: string | null = null;
  private port = 0;
  private connectionCount = 0;
  private startedAtMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly accepted;
  private readonly refused;
  private readonly commands;
  private readonly failures;

  constructor(options: RedisListenerOptions, environment: ListenerEnvironment) {
    this.options = options;
    this.environment = environment;
    // Who has sent all it wants to, and says so, still gets its replies.
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket));
    const { metrics } = environment;
    this.accepted = metrics.counter("redis_clients_total", "Connections taken by the Redis listener");
    this.refused = metrics.counter(
      "redis_clients_refused_total",
      "Connections of Redis clients closed, by reason",
      ["reason"],
    );
    this.commands = metrics.counter("redis_commands_total", "Commands of Redis clients, by name", [
      "command",
    ]);
    this.failures = metrics.counter(
      "redis_failures_total",
      "Numbers that Redis clients did not get, by code",
      ["code"],
    );
    metrics.gauge("redis_clients", "Connections of Redis clients", () => this.clients);
  }

  get clients(): number {
    return this.connected.count;
  }

  async start(): Promise<void> {
    const { address, passwordFile } = this.options;
    this.password = passwordFile === null ? null : readSecret(passwordFile);
    await listen(this.server, address);
    this.server.on("error", (error) => this.environment.log.error({ error }, "the listener failed"));
    const bound = this.server.address();
    this.port = typeof bound === "object" && bound !== null ? bound.port : address.port;
    this.address = describeNetworkAddress({ host: address.host, port: this.port });
    this.startedAtMs = this.environment.clock.nowMs();
    this.timer = setInterval(() => this.sweep(), SWEEP_EVERY_MS);
  }

  drain(): void {
    this.server.close();
    for (const client of this.connected) client.drain();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.connected.close(this.server, (socket, client) => {
      client.finish();
      // What comes now is thrown away; the client's own end is heard.
      socket.resume();
    });
  }

  private accept(socket: Socket): void {
    socket.on("error", (error) => this.environment.log.debug({ error }, "a client's connection broke"));
    if (this.clients >= this.options.maxClients) {
      this.refuse("too many clients");
      socket.end(errorReply("ERR", "BUSY max number of clients reached"));
      socket.destroySoon();
      return;
    }
    const client = this.makeClient(socket);
    this.accepted.inc();
    this.connected.add(socket, client);
    socket.once("end", () => client.finish());
    socket.on("drain", () => this.connected.flushSoon(client));
  }

  private makeClient(socket: Socket): RedisClient {
    const { numbers, clock } = this.environment;
    this.connectionCount += 1;
    return new RedisClient(socket, {
      id: this.connectionCount,
      password: this.password,
      timeoutMs: this.options.timeoutMs,
      numbers,
      nowMs: () => clock.nowMs(),
      info: () =>
        describeServer(numbers, {
          port: this.port,
          clients: this.clients,
          maxClients: this.options.maxClients,
          connections: this.connectionCount,
          uptimeSeconds: (clock.nowMs() - this.startedAtMs) / 1_000,
        }),
      onWritten: (client) => this.connected.flushSoon(client),
      onCommand: (command) => this.commands.inc({ command }),
      onFailed: (code) => this.failures.inc({ code }),
      onRefused: (reason) => this.refuse(reason),
    });
  }

  private refuse(reason: string): void {
    this.refused.inc({ reason });
    this.environment.log.warn({ reason, clients: this.clients }, "a client was sent away");
  }

  private sweep(): void {
    const nowMs = this.environment.clock.nowMs();
    for (const client of this.connected) client.sweep(nowMs);
  }
}

function listen(server: Server, { host, port }: NetworkAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const where = describeNetworkAddress({ host, port });
      const inUse = error.code === "EADDRINUSE";
      const message = inUse ? "another program listens there; choose another port" : error.message;
      reject(
        new SequenceError(
          inUse ? "SOCKET_IN_USE" : "SOCKET_FAILED",
          `cannot listen for Redis clients at ${where}: ${message}`,
          { cause: error },
        ),
      );
    };
    server.once("error", onError);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off("error", onError);
      resolve();
    });
  });
}
