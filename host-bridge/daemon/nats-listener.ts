import type { Service, ServiceMsg } from "@nats-io/services";
import type { NatsConnection } from "@nats-io/transport-node";
import { MAX_BLOCK_COUNT } from "../../firmware/wire/constants.js";
import { asSequenceError, SequenceError } from "../errors.js";
import { connectServer } from "../nats/nats-connect.js";
import {
  cardStatusSubject,
  parseRequest,
  replyText,
  SERVICE_NAME,
  subjectsOf,
} from "../nats/nats-messages.js";
import { loadServices } from "../nats/nats-packages.js";
import { hexadecimal } from "../session-errors.js";
import type { Listener, ListenerEnvironment } from "./listener.js";
import { addEndpoint, ENDPOINT_METADATA } from "./nats-endpoints.js";
import { NatsQuestions } from "./nats-questions.js";
import type { NumberTicket } from "./number-source.js";

/** How often a server that does not answer is tried, and a service that was ended is registered again. */
const RETRY_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** How long the last replies may take to leave. */
const CLOSE_TIMEOUT_MS = 500;
/** Requests at once, from all clients. */
const MAX_OPEN_REQUESTS = 65_536;
const SERVICE_VERSION = "1.1.0";
const ASKERS_FAULT: ReadonlySet<string> = new Set(["BAD_COUNT", "BAD_OPTION", "WRONG_VERSION"]);

export interface NatsListenerOptions {
  readonly servers: string;
  readonly credentialsFile: string | null;
  /** The first words of the subjects. */
  readonly prefix: string;
}

/** A bridge: one of the instances of a NATS micro service that together give a fabric's numbers to other machines. */
export class NatsListener implements Listener {
  readonly name = "nats";
  address: string | null = null;
  /** NATS does not tell who asks. */
  readonly clients = 0;
  private readonly options: NatsListenerOptions;
  private readonly environment: ListenerEnvironment;
  private readonly open = new Set<NumberTicket>();
  private connection: NatsConnection | null = null;
  private service: Service | null = null;
  private isRegistering = false;
  private isDraining = false;
  private isClosed = false;
  private cancelRetry: () => void = () => {};
  private unsubscribe: () => void = () => {};
  private readonly questions;
  /** By subject and code: NATS's own statistics count what is thrown alone. */
  private readonly refused = new Map<string, Readonly<Record<string, number>>>();
  private served: { readonly fabricId: number; readonly cards: Set<number> } | null = null;
  private readonly requests;
  private readonly failures;

  constructor(options: NatsListenerOptions, environment: ListenerEnvironment) {
    this.options = options;
    this.environment = environment;
    const { metrics } = environment;
    this.requests = metrics.counter("nats_requests_total", "Requests that came by NATS");
    this.failures = metrics.counter("nats_failures_total", "Requests by NATS that were refused, by code", [
      "code",
    ]);
    this.questions = new NatsQuestions(environment, (...refusal) => this.refuse(...refusal));
    metrics.gauge("nats_open_requests", "Requests by NATS that wait", () => this.open.size);
    metrics.gauge("nats_registered", "1 where this bridge serves a NATS server", () =>
      this.service === null ? 0 : 1,
    );
  }

  /** Does not wait for the server: what else the daemon serves, it serves without. */
  async start(): Promise<void> {
    this.address = this.options.servers;
    this.unsubscribe = this.environment.numbers.subscribe({ onChange: () => this.register() });
    void this.connect();
  }

  drain(): void {
    this.isDraining = true;
    // The server gives this bridge nothing more; what it gave already is served.
    void this.service?.stop();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.isDraining = true;
    this.unsubscribe();
    this.cancelRetry();
    for (const ticket of this.open) ticket.cancel();
    const { connection } = this;
    if (connection === null || connection.isClosed()) return;
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, CLOSE_TIMEOUT_MS).unref();
    });
    await Promise.race([connection.drain().catch(() => {}), late]);
    await connection.close();
  }

  private async connect(): Promise<void> {
    const { options, environment } = this;
    try {
      const connection = await connectServer({
        servers: options.servers,
        credentialsFile: options.credentialsFile,
        name: "seqcard bridge",
        timeoutMs: CONNECT_TIMEOUT_MS,
        reconnect: true,
      });
      if (this.isClosed) {
        await connection.close();
        return;
      }
      this.connection = connection;
      environment.log.info({ servers: options.servers }, "connected");
      void this.watch(connection);
      this.register();
    } catch (thrown) {
      const error = asSequenceError(thrown, "NATS_UNREACHABLE", "cannot connect to the NATS server");
      environment.log.warn({ code: error.code }, error.message);
      this.retryLater(() => void this.connect());
    }
  }

  private async watch(connection: NatsConnection): Promise<void> {
    const { log } = this.environment;
    for await (const { type } of connection.status()) {
      if (type === "disconnect" || type === "reconnect" || type === "error") log.warn({ type }, "server");
    }
    if (this.isClosed) return;
    // The client gives up where the server no longer lets it in.
    log.error({ code: "NATS_DENIED" }, "the connection to the NATS server was given up; it is made anew");
    this.connection = null;
    this.service = null;
    this.retryLater(() => void this.connect());
  }

  private retryLater(retry: () => void): void {
    if (this.isClosed) return;
    this.cancelRetry();
    this.cancelRetry = this.environment.clock.setTimer(retry, RETRY_MS);
  }

  /** As soon as server and fabric are known. */
  private register(): void {
    const card = this.environment.numbers.cards().find((each) => (each.card?.fabricId ?? 0) !== 0)?.card;
    const { connection } = this;
    this.addCards();
    if (this.isDraining || this.isRegistering || this.service !== null) return;
    if (connection === null || card === undefined || card === null) return;
    this.isRegistering = true;
    void this.addService(connection, card.fabricId)
      .catch((error: unknown) => {
        this.environment.log.error({ error }, "the service cannot be registered");
        this.retryLater(() => this.register());
      })
      .finally(() => {
        this.isRegistering = false;
      });
  }

  private async addService(connection: NatsConnection, fabricId: number): Promise<void> {
    const { Svcm } = loadServices();
    const { prefix } = this.options;
    const fabric = hexadecimal(fabricId);
    // Its types name another release of NATS's core than the client's do; what it calls of a connection is the same in both.
    const sameConnection = connection as unknown as ConstructorParameters<typeof Svcm>[0];
    const service = await new Svcm(sameConnection).add({
      name: SERVICE_NAME,
      version: SERVICE_VERSION,
      description: "Strictly increasing numbers of a seqcard fabric",
      metadata: { fabric, prefix },
      queue: SERVICE_NAME,
      statsHandler: ({ subject }) => Promise.resolve({ refused: this.refused.get(subject) ?? {} }),
    });
    const subjects = subjectsOf(prefix, fabricId);
    const { questions } = this;
    // Who finds `info` finds all that this bridge knows: it comes last.
    for (const [name, subject, handle] of [
      ["survey", subjects.survey, (message: ServiceMsg) => questions.survey(message, fabricId)],
      ["status", subjects.status, (message: ServiceMsg) => questions.status(message, fabricId, null)],
      ["next", subjects.next, (message: ServiceMsg) => this.next(message)],
      ["info", subjects.info, (message: ServiceMsg) => questions.info(message)],
    ] as const) {
      addEndpoint(service, name, subject, ENDPOINT_METADATA[name], handle);
    }
    this.service = service;
    this.served = { fabricId, cards: new Set() };
    this.addCards();
    this.environment.log.info({ subject: subjects.next, id: service.info().id }, "registered");
    void service.stopped.then((error) => {
      if (this.service !== service) return;
      this.service = null;
      if (this.isDraining) return;
      this.environment.log.error({ error }, "the service was ended; it is registered again");
      this.retryLater(() => this.register());
    });
  }

  /** Each card has a subject of its own, so that who asks twice is told of the same card. They stay: see `NatsQuestions.status`. */
  private addCards(): void {
    const { service, served } = this;
    if (service === null || served === null || service.isStopped) return;
    const subjects = subjectsOf(this.options.prefix, served.fabricId);
    for (const { card } of this.environment.numbers.cards()) {
      if (card === null || card.id === 0 || card.fabricId !== served.fabricId) continue;
      const { id } = card;
      if (served.cards.has(id)) continue;
      served.cards.add(id);
      const subject = cardStatusSubject(subjects, id);
      const metadata = { ...ENDPOINT_METADATA.status, description: `Everything about card ${id}` };
      addEndpoint(service, `status-${id}`, subject, metadata, (message) =>
        this.questions.status(message, served.fabricId, id),
      );
    }
  }

  /** Orders when the request has arrived, never before: its number is greater than all that were delivered by then. */
  private next(message: ServiceMsg): void {
    this.requests.inc();
    // Nobody would get the number.
    if (message.reply === undefined || message.reply === "") return;
    const request = parseRequest(message.data);
    if (request === null) {
      const text = `send nothing, a whole number from 1 to ${MAX_BLOCK_COUNT}, or {"count":n,"timeoutMs":ms}`;
      this.refuse(message, new SequenceError("BAD_COUNT", text));
      return;
    }
    if (this.open.size >= MAX_OPEN_REQUESTS) {
      this.refuse(message, new SequenceError("BUSY", "too many requests wait at this bridge; ask again"));
      return;
    }
    const { numbers, clock } = this.environment;
    const settle = (): void => {
      cancelTimer();
      this.open.delete(ticket);
    };
    const ticket = numbers.order({
      count: request.count,
      // Another bridge may have a card that can.
      whenNotReady: "reject",
      onFirst: (first) => {
        settle();
        message.respond(replyText(first, request.count));
      },
      onError: (failure) => {
        settle();
        this.refuse(message, failure);
      },
    });
    this.open.add(ticket);
    const cancelTimer = clock.setTimer(() => {
      ticket.cancel();
      this.open.delete(ticket);
      this.refuse(message, new SequenceError("TIMEOUT", "no number within the time that was given"));
    }, request.timeoutMs);
  }

  private refuse(message: ServiceMsg, { code, message: text, reason }: SequenceError): void {
    this.failures.inc({ code });
    const refused = this.refused.get(message.subject) ?? {};
    this.refused.set(message.subject, { ...refused, [code]: (refused[code] ?? 0) + 1 });
    const status = ASKERS_FAULT.has(code) ? 400 : code === "TIMEOUT" ? 408 : 503;
    const line = text.replace(/[\r\n]+/g, " ");
    message.respondError(status, `${code} ${line}`, JSON.stringify({ code, reason, message: text }));
  }
}
