import { writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { createClient, RESP_TYPES } from "redis";
import { connect, connectNats } from "../../../../host-bridge/index.js";
import { check, Deliveries, describeResult } from "../../../../scripts/checker/index.js";
import { startDaemonProcess } from "../../../../scripts/processes/daemon-process.js";
import { findFreePorts } from "../../../../scripts/processes/free-port.js";
import { findNatsServer, startNatsServer } from "../../../../scripts/processes/nats-server-process.js";
import type { OwnedProcess } from "../../../../scripts/processes/process-scope.js";
import { ProcessScope } from "../../../../scripts/processes/process-scope.js";
import { startCardProcess } from "../../card-process.js";
import { temporaryDirectory } from "../daemon-bench.js";
import { Witness } from "./witness.js";

export const PASSWORD = "opensesame";
/** Calls of witnesses wait for a daemon or server that comes back, however busy the computer is. */
const PATIENCE_MS = 120_000;

/** So long that no card is taken for a silent one, as which /healthz would report it, on a computer that stands still for seconds. */
const NEVER_SILENT_MS = 3_600_000;

/** Of whom it may be said that it complains: who is cut off on purpose. */
export type Listeners = readonly ("socket" | "redis" | "nats" | "http")[];

export interface ServedDaemonOptions {
  /** More arguments for `seqcard serve`. */
  readonly more?: readonly string[];
  /** More arguments for nats-server. */
  readonly natsMore?: readonly string[];
  /** Without a witness at NATS. */
  readonly withoutNats?: true;
}

/** `seqcard serve` as a process with all four listeners, at each of which a witness calls all the time. */
export class ServedDaemon {
  readonly scope = new ProcessScope();
  /** Every number that reached anybody, abusers too. */
  readonly deliveries = new Deliveries();
  readonly witnesses: Witness[] = [];
  readonly hasNats = findNatsServer() !== undefined;
  daemon!: OwnedProcess;
  natsServer: OwnedProcess | undefined;
  readonly card: string;
  readonly directory: string;
  readonly socket: string;
  readonly redisPort: number;
  readonly httpPort: number;
  readonly natsPort: number;
  private readonly options: ServedDaemonOptions;

  private constructor(
    card: string,
    directory: string,
    ports: readonly number[],
    options: ServedDaemonOptions,
  ) {
    this.card = card;
    this.directory = directory;
    this.socket = join(directory, "s");
    [this.redisPort = 0, this.httpPort = 0, this.natsPort = 0] = ports;
    this.options = options;
  }

  static async start(t: ExecutionContext, options: ServedDaemonOptions = {}): Promise<ServedDaemon> {
    t.timeout(300_000);
    const { path } = await startCardProcess(t, { next: 1n });
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, "password"), `${PASSWORD}\n`);
    const served = new ServedDaemon(path, directory, await findFreePorts(3), options);
    t.teardown(() => served.scope.close());
    await served.startNatsServer();
    await served.startDaemon();
    await served.callWitnesses(t);
    return served;
  }

  async startDaemon(): Promise<void> {
    const more = ["--redis", `${this.redisPort}`, "--redis-password-file", join(this.directory, "password")];
    more.push("--http", `${this.httpPort}`, ...(this.hasNats ? ["--nats", this.natsUrl] : []));
    more.push("--silent-ms", `${NEVER_SILENT_MS}`);
    this.daemon = await startDaemonProcess(this.scope, {
      ports: [this.card],
      socket: this.socket,
      more: [...more, ...(this.options.more ?? [])],
    });
  }

  async startNatsServer(): Promise<void> {
    if (!this.hasNats) return;
    this.natsServer = await startNatsServer(this.scope, this.natsPort, this.options.natsMore);
  }

  get natsUrl(): string {
    return `nats://127.0.0.1:${this.natsPort}`;
  }

  get redisUrl(): string {
    return `redis://:${PASSWORD}@127.0.0.1:${this.redisPort}`;
  }

  /** What Prometheus would read. */
  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.httpPort}/metrics`)).text();
  }

  /** Resolves when `/metrics` says so. */
  async untilMetrics(pattern: RegExp): Promise<void> {
    while (!pattern.test(await this.metrics()));
  }

  /**
   * Nobody else was disturbed, and no number given twice or out of order.
   * @param cutOff witnesses that were cut off on purpose, and so may have noticed; they too are served again.
   */
  async judge(t: ExecutionContext, cutOff: Listeners = []): Promise<void> {
    await Promise.all(this.witnesses.map((witness) => witness.isServed()));
    for (const { name, complaints } of this.witnesses) {
      const heard = complaints.splice(0);
      if (!cutOff.some((listener) => listener === name)) t.deepEqual(heard, [], `the witness at ${name}`);
    }
    t.true(this.daemon.running);
    const result = check(this.deliveries);
    t.true(result.held, describeResult(result));
  }

  private async callWitnesses(t: ExecutionContext): Promise<void> {
    const sequence = await connect({ socket: this.socket, timeoutMs: PATIENCE_MS });
    t.teardown(() => sequence.close());
    const atSocket = this.call(t, "socket", () => sequence.next());
    sequence.on("disconnect", () => atSocket.complain("was disconnected"));

    const client = createClient({ url: this.redisUrl });
    const exact = client.withTypeMapping({ [RESP_TYPES.NUMBER]: String });
    client.on("error", (error: Error) => atRedis.complain(`its connection broke: ${error.message}`));
    await client.connect();
    t.teardown(() => client.destroy());
    const atRedis = this.call(t, "redis", async () => BigInt(await exact.incr("a")));

    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.teardown(() => agent.destroy());
    this.call(t, "http", () => this.healthy(agent));

    if (this.hasNats && this.options.withoutNats !== true) {
      await this.untilMetrics(/^seqcard_nats_registered 1$/m);
      const remote = await connectNats({
        servers: this.natsUrl,
        timeoutMs: PATIENCE_MS,
        openTimeoutMs: 60_000,
      });
      t.teardown(() => remote.close());
      const atNats = this.call(t, "nats", () => remote.next());
      remote.on("disconnect", () => atNats.complain("was disconnected"));
    }
    await Promise.all(this.witnesses.map((witness) => witness.isServed()));
  }

  private call(t: ExecutionContext, name: Listeners[number], call: () => Promise<bigint | null>): Witness {
    const witness = new Witness(name, this.witnesses.length, this.deliveries, call);
    t.teardown(() => witness.end());
    this.witnesses.push(witness);
    return witness;
  }

  private healthy(agent: Agent): Promise<null> {
    return new Promise((resolve, reject) => {
      const asked = get({ port: this.httpPort, host: "127.0.0.1", path: "/healthz", agent }, (response) => {
        response.resume();
        response.on("end", () => {
          if (response.statusCode === 200) resolve(null);
          else reject(new Error(`/healthz is ${response.statusCode}`));
        });
      });
      asked.on("error", (error: NodeJS.ErrnoException) => {
        // On a computer that stands still for seconds, the connection was idle for too long.
        const wasIdle = asked.reusedSocket && error.code === "ECONNRESET";
        if (wasIdle) this.healthy(agent).then(resolve, reject);
        else reject(error);
      });
    });
  }
}
