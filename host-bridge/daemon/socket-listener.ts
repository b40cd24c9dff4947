import { createServer, type Server, type Socket } from "node:net";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { encodeHostMirror } from "../../firmware/wire/host-frames.js";
import { Uint64 } from "../../firmware/wire/uint64.js";
import { setFromBigint } from "../uint64-bigint.js";
import type { CardPool } from "./card-pool.js";
import { ConnectedClients } from "./connected-clients.js";
import type { Listener, ListenerEnvironment } from "./listener.js";
import { SocketClient } from "./socket-client.js";
import { listenAt, type SocketFileOptions } from "./socket-file.js";

const SWEEP_EVERY_MS = 500;
const PULSE_MS = 100;
/** How often clients are told the newest number, unless they are so many that telling would be all that is done. */
const NEWEST_EVERY_MS = PULSE_MS;
const NEWEST_EVERY_MS_AND_CLIENT = 0.1;
/**
 * Questions to the card itself that pass in a pulse, from all clients: they share its cable with the numbers. Whoever
 * finds no room asks again, as for a frame that was lost.
 */
const QUESTIONS_PER_PULSE = 50;
export interface SocketListenerOptions extends SocketFileOptions {
  /** Connections at once; more are closed as they come. */
  readonly maxClients: number;
  /** For what clients ask of the card itself. */
  readonly pool: CardPool;
}

/** Serves this host's processes over a Unix socket, to each of which it looks like a card at a port. */
export class SocketListener implements Listener {
  readonly name = "socket";
  address: string | null = null;
  private readonly options: SocketListenerOptions;
  private readonly environment: ListenerEnvironment;
  private readonly server: Server;
  private readonly connected = new ConnectedClients<SocketClient>();
  private toldNewest = 0n;
  private toldAtMs = 0;
  private unsubscribe: () => void = () => {};
  private timers: NodeJS.Timeout[] = [];
  private questions = 0;
  private readonly newest = new Uint64();
  private readonly accepted;
  private readonly refused;
  private readonly dropped;

  constructor(options: SocketListenerOptions, environment: ListenerEnvironment) {
    this.options = options;
    this.environment = environment;
    this.server = createServer((socket) => this.accept(socket));
    this.server.maxConnections = options.maxClients;
    this.server.on("drop", () => this.refuse("too many clients"));
    const { metrics } = environment;
    this.accepted = metrics.counter("socket_clients_total", "Connections taken at the Unix socket");
    this.refused = metrics.counter("socket_clients_refused_total", "Connections closed, by reason", [
      "reason",
    ]);
    this.dropped = metrics.counter(
      "socket_questions_dropped_total",
      "Questions to a card that found no room",
    );
    metrics.gauge("socket_clients", "Connections at the Unix socket", () => this.clients);
  }

  get clients(): number {
    return this.connected.count;
  }

  async start(): Promise<void> {
    await listenAt(this.server, this.options);
    this.server.on("error", (error) => this.environment.log.error({ error }, "the socket failed"));
    this.address = this.options.path;
    this.unsubscribe = this.environment.numbers.subscribe({
      onChange: () => {
        for (const client of this.connected) client.tellView();
      },
    });
    this.timers = [
      setInterval(() => this.sweep(), SWEEP_EVERY_MS),
      setInterval(() => this.pulse(), PULSE_MS),
    ];
  }

  /** For what a card answers to questions. */
  onForeignFrame(frame: FrameBuffer): void {
    for (const client of this.connected) client.tellForeign(frame);
  }

  drain(): void {
    // What clients ask from now on the numbers refuse as CLOSED, which they are not told: they ask the next daemon.
    this.server.close();
  }

  async close(): Promise<void> {
    this.unsubscribe();
    for (const timer of this.timers) clearInterval(timer);
    this.connected.flush();
    await this.connected.close(this.server, (socket) => socket.end());
  }

  private accept(socket: Socket): void {
    const { environment, options } = this;
    const client = new SocketClient(socket, {
      numbers: environment.numbers,
      nowMs: () => environment.clock.nowMs(),
      copyWelcome: (into) => options.pool.current?.copyWelcome(into) === true,
      copyView: (into) => options.pool.current?.copyView(into) === true,
      copyMirror: (into) => this.writeNewest(into),
      sendForeign: (frame) => this.passOn(frame),
      onWritten: (written) => this.connected.flushSoon(written),
      onRefused: (reason) => this.refuse(reason),
    });
    this.accepted.inc();
    this.connected.add(socket, client);
    socket.on("error", (error) => environment.log.debug({ error }, "a client's connection broke"));
  }

  private passOn(frame: FrameBuffer): void {
    this.questions += 1;
    if (this.questions <= QUESTIONS_PER_PULSE) this.options.pool.current?.sendForeign(frame);
    else this.dropped.inc();
  }

  private refuse(reason: string): void {
    this.refused.inc({ reason });
    this.environment.log.warn({ reason, clients: this.clients }, "a client was sent away");
  }

  private sweep(): void {
    const nowMs = this.environment.clock.nowMs();
    for (const client of this.connected) client.sweep(nowMs);
  }

  private pulse(): void {
    this.questions = 0;
    const nowMs = this.environment.clock.nowMs();
    const newest = this.environment.numbers.latest();
    const everyMs = Math.max(NEWEST_EVERY_MS, this.clients * NEWEST_EVERY_MS_AND_CLIENT);
    const isNewsDue = newest !== this.toldNewest && nowMs - this.toldAtMs >= everyMs;
    if (!isNewsDue) return;
    for (const client of this.connected) client.tellNewest();
    this.toldNewest = newest;
    this.toldAtMs = nowMs;
  }

  private writeNewest(into: FrameBuffer): boolean {
    const { numbers } = this.environment;
    const newest = numbers.latest();
    if (newest === 0n) return false;
    setFromBigint(this.newest, newest + 1n);
    encodeHostMirror(into, numbers.view?.number ?? 0, this.newest);
    return true;
  }
}
