import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ExecutionContext } from "ava";
import type { DaemonSettings } from "../../../../host-bridge/daemon/daemon.js";
import type { ListenerMaker } from "../../../../host-bridge/daemon/listener.js";
import { RedisListener, type RedisListenerOptions } from "../../../../host-bridge/daemon/redis-listener.js";
import type { FakeCardSettings } from "../../fake-card-settings.js";
import { DaemonBench } from "../daemon-bench.js";

/** A daemon in this process with a Redis listener, over a card in memory. */
export class RedisBench extends DaemonBench {
  static async startRedis(
    t: ExecutionContext,
    cards: readonly Partial<FakeCardSettings>[] = [{}],
    options: Partial<RedisListenerOptions> = {},
    overrides: Partial<DaemonSettings> = {},
  ): Promise<RedisBench> {
    const settings: RedisListenerOptions = {
      address: { host: "127.0.0.1", port: 0 },
      passwordFile: null,
      maxClients: 1_000,
      timeoutMs: 10_000,
      ...options,
    };
    const listeners: readonly ListenerMaker[] = [
      { name: "redis", make: (environment) => new RedisListener(settings, environment) },
    ];
    const bench = new RedisBench(t, cards, { ...overrides, listeners });
    await bench.start();
    return bench;
  }

  /** Where the listener listens. */
  get redisPort(): number {
    const address = this.daemon.listeners.find(({ name }) => name === "redis")?.address;
    return Number(address?.split(":").at(-1));
  }

  get redisClients(): number {
    return this.daemon.listeners.find(({ name }) => name === "redis")?.clients ?? 0;
  }

  connectRaw(t: ExecutionContext): Promise<RawRedis> {
    return RawRedis.connect(t, this.redisPort);
  }
}

/** A client that sends whatever a test wants. */
export class RawRedis {
  readonly socket: Socket;
  received = "";
  isEnded = false;
  isClosed = false;
  private onMore: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes) => {
      this.received += bytes.toString("latin1");
      this.onMore();
    });
    socket.on("error", () => {});
    socket.once("end", () => {
      this.isEnded = true;
      this.onMore();
    });
    socket.once("close", () => {
      this.isClosed = true;
      this.onMore();
    });
  }

  static async connect(t: ExecutionContext, port: number): Promise<RawRedis> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    t.teardown(() => socket.destroy());
    return new RawRedis(socket);
  }

  send(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** Resolves when so many characters, or the end, have come. @returns all, and forgets them. */
  async read(length: number): Promise<string> {
    while (this.received.length < length && !this.isEnded && !this.isClosed) await this.more();
    const { received } = this;
    this.received = "";
    return received;
  }

  /** Resolves when what came ends so. @returns all, and forgets it. */
  async readUntil(end: string): Promise<string> {
    while (!this.received.endsWith(end) && !this.isEnded && !this.isClosed) await this.more();
    const { received } = this;
    this.received = "";
    return received;
  }

  /** Sends, and reads as much as `reply` is long. */
  async ask(text: string, reply: string): Promise<string> {
    this.send(text);
    return this.read(reply.length);
  }

  /** Everything up to the end. */
  readToEnd(): Promise<string> {
    return this.read(Number.POSITIVE_INFINITY);
  }

  private more(): Promise<void> {
    return new Promise((resolve) => {
      this.onMore = resolve;
    });
  }
}
