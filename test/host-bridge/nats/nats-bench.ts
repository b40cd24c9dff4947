import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { ExecutionContext } from "ava";
import type { ListenerEnvironment } from "../../../host-bridge/daemon/listener.js";
import { NatsListener } from "../../../host-bridge/daemon/nats-listener.js";
import { type ConnectNatsOptions, connectNats, type Sequence } from "../../../host-bridge/index.js";
import { findFreePorts } from "../../../scripts/processes/free-port.js";
import { startNatsServer } from "../../../scripts/processes/nats-server-process.js";
import type { OwnedProcess } from "../../../scripts/processes/process-scope.js";
import { ProcessScope } from "../../../scripts/processes/process-scope.js";
import { DaemonBench } from "../daemon/daemon-bench.js";
import type { FakeCardSettings } from "../fake-card-settings.js";

/** A real nats-server, and daemons in this process over cards in memory. */
export class NatsBench {
  readonly url: string;
  readonly scope: ProcessScope;
  server: OwnedProcess;
  private readonly t: ExecutionContext;
  private readonly port: number;

  private constructor(t: ExecutionContext, scope: ProcessScope, port: number, server: OwnedProcess) {
    this.t = t;
    this.scope = scope;
    this.port = port;
    this.server = server;
    this.url = `nats://127.0.0.1:${port}`;
  }

  static async start(t: ExecutionContext, more: readonly string[] = []): Promise<NatsBench> {
    t.timeout(120_000);
    const scope = new ProcessScope();
    t.teardown(() => scope.close());
    const [port = 0] = await findFreePorts(1);
    return new NatsBench(t, scope, port, await startNatsServer(scope, port, more));
  }

  async stopServer(): Promise<void> {
    this.server.child.kill("SIGKILL");
    await this.server.ended;
  }

  async startServer(): Promise<void> {
    this.server = await startNatsServer(this.scope, this.port);
  }

  async bridge(
    cards: readonly Partial<FakeCardSettings>[] = [{}],
    credentialsFile: string | null = null,
  ): Promise<DaemonBench> {
    const options = { servers: this.url, credentialsFile, prefix: "seqcard" };
    const make = (environment: ListenerEnvironment): NatsListener => new NatsListener(options, environment);
    const bench = new DaemonBench(this.t, cards, { listeners: [{ name: "nats", make }] });
    await bench.start();
    return bench;
  }

  /** A daemon that is registered at the server. */
  async registered(cards: readonly Partial<FakeCardSettings>[] = [{}]): Promise<DaemonBench> {
    const bench = await this.bridge(cards);
    await isRegistered(bench);
    return bench;
  }

  async connect(options: Partial<ConnectNatsOptions> = {}): Promise<Sequence> {
    const sequence = await connectNats({ servers: this.url, ...options });
    this.t.teardown(() => sequence.close());
    return sequence;
  }

  /** A client of any language: requests and replies alone. */
  async plain(): Promise<NatsConnection> {
    const connection = await connect({ servers: this.url });
    this.t.teardown(() => connection.close());
    return connection;
  }
}

export async function isRegistered(bench: DaemonBench): Promise<void> {
  for (;;) {
    if ((await bench.daemon.metrics.registry.metrics()).includes("\nseqcard_nats_registered 1\n")) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  // What the server was told last has arrived there when it answers.
  await new Promise((resolve) => setTimeout(resolve, 50));
}
