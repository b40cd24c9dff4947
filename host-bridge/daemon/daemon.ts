import type { Logger } from "pino";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import type { Clock } from "../clock.js";
import { asSequenceError, SequenceError } from "../errors.js";
import { closedError, wrongFabricError } from "../session-errors.js";
import type { OpenTransport } from "../transport.js";
import { CardOpener } from "./card-opener.js";
import { CardPool } from "./card-pool.js";
import { CardPort } from "./card-port.js";
import type { Listener, ListenerEnvironment, ListenerMaker } from "./listener.js";
import type { LogNamespace, Logs } from "./log.js";
import { Metrics } from "./metrics.js";
import { Mirror } from "./mirror.js";
import { SharedNumbers } from "./shared-numbers.js";
import { SocketListener } from "./socket-listener.js";
import { Trunks } from "./trunks.js";

export interface DaemonSettings {
  /** The cards, all of one fabric. */
  readonly cards: readonly { readonly path: string; readonly openTransport: OpenTransport }[];
  readonly socket: { readonly path: string; readonly group: string | null; readonly maxClients: number };
  readonly openTimeoutMs: number;
  readonly silentMs: number;
  /** How long the end waits for orders that are under way. */
  readonly drainMs: number;
  /** Where numbers are mirrored; null for nowhere. */
  readonly mirror: {
    readonly memoryPath: string | null;
    readonly durablePath: string | null;
    readonly durableEveryMs: number;
  };
  /** Listeners beside the Unix socket. */
  readonly listeners: readonly ListenerMaker[];
  readonly clock: Clock;
  readonly random32: () => number;
  readonly logs: Logs;
}

/** Owns cards, and serves all listeners from them. */
export class Daemon {
  readonly metrics = new Metrics();
  readonly numbers: SharedNumbers;
  readonly listeners: readonly Listener[];
  private readonly settings: DaemonSettings;
  private readonly pool: CardPool;
  private readonly opener: CardOpener;
  private readonly log: Logger;
  private readonly socket: SocketListener;
  private readonly mirror: Mirror;
  private readonly trunks: Trunks;
  /** The start, while it is under way. */
  private starting: Promise<void> | null = null;
  private stopping: Promise<void> | null = null;

  constructor(settings: DaemonSettings) {
    this.settings = settings;
    this.log = settings.logs.for("daemon");
    this.pool = new CardPool(settings.cards.map((card, index) => this.makePort(index, card)));
    const { clock, logs } = settings;
    const { metrics } = this;
    this.opener = new CardOpener({ ports: this.pool.ports, clock, log: logs.for("card") });
    this.mirror = new Mirror({
      ...settings.mirror,
      cards: settings.cards.length,
      clock,
      metrics,
      log: logs.for("mirror"),
    });
    this.trunks = new Trunks({ ports: this.pool.ports, clock, metrics, log: logs.for("trunk") });
    this.numbers = new SharedNumbers({
      pool: this.pool,
      metrics,
      clock,
      silentMs: settings.silentMs,
      defer: (flush) => setImmediate(flush),
    });
    this.socket = new SocketListener({ ...settings.socket, pool: this.pool }, this.environmentOf("socket"));
    const others = settings.listeners.map(({ name, make }) => make(this.environmentOf(name)));
    this.listeners = [this.socket, ...others];
    this.metrics.gauge("open_orders", "Orders placed and not yet settled", () => this.numbers.openOrders);
    this.metrics.gauge("ready", "1 where numbers can be had", () => (this.numbers.isReady ? 1 : 0));
    this.metrics.gauge("cards_open", "Cards that answer", () => this.countOpen());
  }

  /**
   * Opens the cards, of which one must answer, and then the listeners.
   * Rejects as `CardOpener.openAll` does, and with SOCKET_IN_USE, SOCKET_FAILED or what another listener's `start` rejects
   * with, and with CLOSED where `stop` was called meanwhile; everything is given back then.
   */
  async start(): Promise<void> {
    try {
      this.starting = this.begin();
      await this.starting;
    } catch (error) {
      await this.stop();
      throw asSequenceError(error, "PORT_FAILED", "the daemon cannot start");
    } finally {
      this.starting = null;
    }
  }

  /** Takes nothing new, lets what is under way finish, and gives everything back. Safe twice. */
  stop(): Promise<void> {
    this.stopping ??= this.finish();
    return this.stopping;
  }

  private async begin(): Promise<void> {
    this.refuseStopped();
    this.log.info({ ports: this.pool.ports.map(({ path }) => path) }, "opening");
    await this.opener.openAll();
    for (const listener of this.listeners) {
      this.refuseStopped();
      await listener.start();
      this.log.info({ listener: listener.name, address: listener.address }, "listening");
    }
    this.refuseStopped();
    // Whoever has the socket has the mirror that stands beside it.
    this.mirror.open();
  }

  private refuseStopped(): void {
    if (this.stopping !== null) throw new SequenceError("CLOSED", "the daemon was stopped before it served");
  }

  private async finish(): Promise<void> {
    this.log.info({ openOrders: this.numbers.openOrders }, "draining");
    this.opener.stop();
    // A listener that was ended while it began would listen on.
    await this.starting?.catch(() => {});
    for (const listener of this.listeners) listener.drain();
    await this.numbers.drain(this.settings.drainMs);
    this.numbers.stop();
    await Promise.all(this.listeners.map((listener) => listener.close()));
    this.trunks.stop();
    await Promise.all(this.pool.ports.map((port) => port.stop(closedError())));
    await this.mirror.close();
    this.log.info("stopped");
  }

  private environmentOf(name: LogNamespace): ListenerEnvironment {
    const { clock, logs } = this.settings;
    return { numbers: this.numbers, metrics: this.metrics, log: logs.for(name), clock };
  }

  private makePort(index: number, card: { path: string; openTransport: OpenTransport }): CardPort {
    const { clock, random32, openTimeoutMs, logs } = this.settings;
    const log = logs.for("card");
    return new CardPort(
      { ...card, clock, random32, openTimeoutMs },
      {
        onHealth: (port) => {
          this.tellHealth(log, port);
          this.numbers.onHealth();
          this.trunks.onHealth();
        },
        onForeignFrame: (port, frame) => this.onForeignFrame(port, frame),
        onTrunkFrame: (port, frame) => this.trunks.onFrame(port, frame),
        onNewest: (port, number) => {
          this.numbers.raise(number);
          this.mirror.raise(index, port.card, number);
        },
        onHeld: (port, number) => this.mirror.hold(index, port.card, number),
        onError: (port, error) => log.error({ port: port.path, code: error.code }, error.message),
      },
    );
  }

  private tellHealth(log: Logger, port: CardPort): void {
    const { path, card, view, isOpen, error } = port;
    const { state, number, primary, secondary } = view ?? {};
    log.info(
      { port: path, card: card?.id, isOpen, state, number, primary, secondary, code: error?.code },
      "state",
    );
    if (card !== null && this.pool.isStranger(port)) {
      const wrong = wrongFabricError(this.pool.fabricId, card);
      log.error({ port: path, code: wrong.code }, `not used: ${wrong.message}`);
    }
  }

  private onForeignFrame(port: CardPort, frame: FrameBuffer): void {
    if (port === this.pool.current) this.socket.onForeignFrame(frame);
  }

  private countOpen(): number {
    return this.pool.ports.filter(({ isOpen }) => isOpen).length;
  }
}
