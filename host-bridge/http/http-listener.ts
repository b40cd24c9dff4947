import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Listener, ListenerEnvironment } from "../daemon/listener.js";
import { SequenceError } from "../errors.js";
import { registerFabricMetrics } from "./fabric-metrics.js";
import { FabricWatch } from "./fabric-watch.js";
import { httpUrl, isLoopback, parseHttpAddress } from "./http-address.js";
import { makeHttpApp } from "./http-app.js";
import { LiveClients } from "./live-clients.js";
import { readPageFiles } from "./page-files.js";
import { Picture } from "./picture.js";
import { notReadyAdvice } from "./readiness.js";

/** How often a picture is taken. */
const PICTURE_EVERY_MS = 1_000;
/** Connections at once; more are closed as they come. */
const MAX_CONNECTIONS = 64;
/** A Prometheus that asks is someone who looks. */
const WATCHED_AFTER_SCRAPE_MS = 60_000;

export interface HttpListenerOptions {
  /** "ADDRESS:PORT"; port 0 lets the system choose. */
  readonly address: string;
  /** Names, beside localhost and addresses, by which browsers may ask. */
  readonly hosts: readonly string[];
  /** Milliseconds since 1970; the system's by default. */
  readonly wallMs?: () => number;
}

/** Serves the live picture, /metrics and /healthz. Reads only. */
export class HttpListener implements Listener {
  readonly name = "http";
  address: string | null = null;
  private readonly options: HttpListenerOptions;
  private readonly environment: ListenerEnvironment;
  private readonly server: Server;
  private readonly pages = new LiveClients();
  private readonly watch: FabricWatch;
  private readonly picture: Picture;
  private snapshot = "null";
  private scrapedAtMs = Number.NEGATIVE_INFINITY;
  private connections = 0;
  private cancelTimer: () => void = () => {};
  private unsubscribe: () => void = () => {};
  private isClosed = false;

  constructor(options: HttpListenerOptions, environment: ListenerEnvironment) {
    this.options = options;
    this.environment = environment;
    const { numbers, metrics, clock } = environment;
    const wallMs = options.wallMs ?? Date.now;
    this.watch = new FabricWatch(numbers, clock, wallMs);
    this.picture = new Picture(environment, this.watch, wallMs);
    registerFabricMetrics(metrics, numbers, this.watch);
    metrics.gauge("http_clients", "Pages that look at the live picture", () => this.pages.count);
    this.server = this.makeServer();
  }

  get clients(): number {
    return this.connections;
  }

  async start(): Promise<void> {
    const asked = parseHttpAddress(this.options.address);
    if (asked === null) throw new SequenceError("HTTP_FAILED", `${this.options.address} is no address`);
    if (!isLoopback(asked.host)) {
      this.environment.log.warn(
        { address: this.options.address },
        "others can read; there is no password and no TLS",
      );
    }
    await this.listen(asked.host, asked.port);
    const { port } = this.server.address() as AddressInfo;
    this.address = httpUrl({ host: asked.host, port });
    this.unsubscribe = this.environment.numbers.subscribe({ onChange: () => this.watch.noteHealth() });
    this.watch.noteHealth();
    await this.pulse();
  }

  drain(): void {
    // Pages look on until the end.
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelTimer();
    this.unsubscribe();
    this.pages.closeAll();
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private makeServer(): Server {
    const { numbers, metrics, clock, log } = this.environment;
    const refused = metrics.counter("http_refused_total", "Requests over HTTP that were refused, by reason", [
      "reason",
    ]);
    const app = makeHttpApp({
      hosts: this.options.hosts.map((host) => host.toLowerCase()),
      files: readPageFiles(),
      clients: this.pages,
      nowMs: () => clock.nowMs(),
      history: () => JSON.stringify(this.picture.history),
      snapshot: () => this.snapshot,
      metricsType: metrics.registry.contentType,
      metrics: () => {
        this.scrapedAtMs = clock.nowMs();
        return metrics.registry.metrics();
      },
      notReady: () => notReadyAdvice(numbers),
      onRefused: (reason) => {
        refused.inc({ reason });
        log.debug({ reason }, "refused");
      },
    });
    app.onError((error, context) => {
      log.error({ error }, "a request failed");
      return context.text("Something went wrong; the daemon's log says what.\n", 500);
    });
    const server = createAdaptorServer({
      fetch: app.fetch,
      createServer,
      serverOptions: {
        headersTimeout: 5_000,
        requestTimeout: 10_000,
        // How often it is looked whether these times are over: else only every half minute.
        connectionsCheckingInterval: 1_000,
        keepAliveTimeout: 5_000,
        maxHeaderSize: 8_192,
      },
    }) as Server;
    server.maxConnections = MAX_CONNECTIONS;
    server.on("connection", (socket) => {
      this.connections += 1;
      socket.once("close", () => {
        this.connections -= 1;
      });
    });
    server.on("drop", () => refused.inc({ reason: "connections" }));
    return server;
  }

  private async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", (error) =>
        reject(
          new SequenceError(
            "HTTP_FAILED",
            `cannot listen at ${this.options.address}: ${error.message}; choose another address or port`,
            { cause: error },
          ),
        ),
      );
      this.server.listen(port, host, resolve);
    });
    this.server.on("error", (error) => this.environment.log.error({ error }, "the HTTP server failed"));
  }

  private async pulse(): Promise<void> {
    const { clock, log } = this.environment;
    const nowMs = clock.nowMs();
    void this.watch.ask(this.pages.count > 0 || nowMs - this.scrapedAtMs < WATCHED_AFTER_SCRAPE_MS);
    try {
      this.snapshot = JSON.stringify(await this.picture.take());
      this.pages.tell("snapshot", this.snapshot, nowMs);
    } catch (error) {
      log.error({ error }, "no picture could be taken");
    }
    if (this.isClosed) return;
    this.cancelTimer = clock.setTimer(() => void this.pulse(), PICTURE_EVERY_MS);
  }
}
