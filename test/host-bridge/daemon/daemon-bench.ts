import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { SystemClock } from "../../../host-bridge/clock.js";
import { Daemon, type DaemonSettings } from "../../../host-bridge/daemon/daemon.js";
import { Logs } from "../../../host-bridge/daemon/log.js";
import { type ConnectOptions, connect, type Sequence } from "../../../host-bridge/index.js";
import type { HeardRequest } from "../fake-card.js";
import type { FakeCardSettings } from "../fake-card-settings.js";
import { VirtualPort } from "../virtual-port.js";

/** However busy the computer is. */
const OPEN_TIMEOUT_MS = 60_000;

/** A directory that is gone after the test. */
export function temporaryDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), "seqcard-daemon-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A daemon in this process over cards in memory, at a real Unix socket. */
export class DaemonBench {
  readonly ports: readonly VirtualPort[];
  readonly directory: string;
  readonly socket: string;
  daemon: Daemon;
  private readonly t: ExecutionContext;
  private readonly overrides: Partial<DaemonSettings>;

  constructor(
    t: ExecutionContext,
    cards: readonly Partial<FakeCardSettings>[] = [{}],
    overrides: Partial<DaemonSettings> = {},
  ) {
    this.t = t;
    this.overrides = overrides;
    this.ports = cards.map((settings) => new VirtualPort(settings));
    this.directory = temporaryDirectory(t);
    this.socket = join(this.directory, "s");
    this.daemon = this.make();
  }

  /** The first card's port. */
  get port(): VirtualPort {
    return this.ports[0] as VirtualPort;
  }

  async start(): Promise<this> {
    await this.daemon.start();
    return this;
  }

  /** Another daemon at the same socket and cards, as after a restart. */
  async restart(): Promise<void> {
    await this.daemon.stop();
    for (const port of this.ports) port.card.reset();
    this.daemon = this.make();
    await this.daemon.start();
  }

  /** A daemon like this one that is not started. */
  make(overrides: Partial<DaemonSettings> = {}): Daemon {
    const daemon = new Daemon({
      cards: this.ports.map((port, index) => ({ path: `card${index + 1}`, openTransport: port.open })),
      socket: { path: this.socket, group: null, maxClients: 1_000 },
      openTimeoutMs: 2_000,
      // Of no concern but where a test says so: on a busy computer any card may be silent for long.
      silentMs: 3_600_000,
      drainMs: 1_000,
      mirror: { memoryPath: null, durablePath: null, durableEveryMs: 1_000 },
      listeners: [],
      clock: new SystemClock(),
      random32: () => randomBytes(4).readUInt32LE(),
      logs: new Logs({ level: "silent", levels: {} }),
      ...this.overrides,
      ...overrides,
    });
    this.t.teardown(() => daemon.stop());
    return daemon;
  }

  async connect(options: ConnectOptions = {}): Promise<Sequence> {
    const sequence = await connect({ socket: this.socket, openTimeoutMs: OPEN_TIMEOUT_MS, ...options });
    this.t.teardown(() => sequence.close());
    return sequence;
  }

  /** Resolves when `isTrue` holds, which what goes on by itself brings about. */
  async until(isTrue: () => boolean): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (!isTrue());
  }

  /** What the first card was asked for, each block once: on a busy computer the daemon may have to ask again. */
  get blocks(): HeardRequest[] {
    const byTag = new Map<number, HeardRequest>();
    for (const heard of this.port.card.heard) if (!byTag.has(heard.tag)) byTag.set(heard.tag, heard);
    return [...byTag.values()];
  }

  /** Resolves when the first card was asked for `count` blocks. */
  heard(count: number): Promise<void> {
    return this.until(() => this.blocks.length >= count);
  }
}
