import { type Command, Option } from "commander";
import type { DaemonConfig } from "../daemon/config.js";
import { Daemon } from "../daemon/daemon.js";
import { listenersOf } from "../daemon/daemon-listeners.js";
import { describeConfig, loadConfig, parseLevels } from "../daemon/load-config.js";
import { LOG_LEVELS, Logs } from "../daemon/log.js";
import { SequenceError } from "../errors.js";
import { openTransport } from "../open-transport.js";
import { systemSettings } from "../system-settings.js";
import { wholeNumber } from "./card-options.js";
import { printJson, printLine } from "./output.js";

interface ServeOptions {
  readonly port?: string[];
  readonly config?: string;
  readonly printConfig?: true;
  readonly json?: true;
  readonly socket?: string;
  readonly group?: string;
  readonly maxClients?: number;
  readonly baudRate?: number;
  readonly http?: string;
  readonly httpHosts?: string[];
  readonly silentMs?: number;
  readonly drainMs?: number;
  readonly mirror?: string | false;
  readonly durableMirror?: string | false;
  readonly redis?: string;
  readonly redisPasswordFile?: string;
  readonly nats?: string;
  readonly natsCredentialsFile?: string;
  readonly natsSubject?: string;
  readonly logLevel?: string;
  readonly logLevels?: Record<string, string>;
}

/** `seqcard serve`: the daemon. */
export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("own one or more cards, and serve the processes of this host over a Unix socket")
    .option(
      "--port <path>",
      "serial port of a card; once for each, all of one fabric",
      (path: string, before: string[] | undefined) => [...(before ?? []), path],
    )
    .addOption(new Option("--config <file>", "a TOML or .json file").env("SEQCARD_CONFIG"))
    .option("--socket <path>", "where to listen; only this user may use it")
    .option("--group <group>", "a group that may use the socket too, by name or number")
    .option("--max-clients <count>", "connections at once", wholeNumber(1, 1_000_000))
    .option("--baud-rate <rate>", "speed of boards behind a USB bridge", wholeNumber(1, 100_000_000))
    .option("--http <address>", "serve the live picture, /metrics and /healthz, such as at 127.0.0.1:8080")
    .option("--http-hosts <names>", "names under which browsers may ask for it, with commas", (names) =>
      names.split(","),
    )
    .option(
      "--silent-ms <ms>",
      "a card that answers nothing for this long loses its requests",
      wholeNumber(1, 3_600_000),
    )
    .option("--drain-ms <ms>", "how long the end waits for requests under way", wholeNumber(1, 3_600_000))
    .option("--mirror <file>", "newest numbers for other processes to read; beside the socket by default")
    .option("--no-mirror", "keep no mirror in memory")
    .option("--durable-mirror <file>", "the mirror's copy on a disk")
    .option("--no-durable-mirror", "keep no copy on a disk")
    .option("--redis <address>", "serve Redis clients there, such as 127.0.0.1:6390; nowhere by default")
    .option("--redis-password-file <file>", "the password that Redis clients must send")
    .option(
      "--nats <servers>",
      "serve other machines by NATS, such as nats://10.0.0.5:4222; several with commas",
    )
    .option("--nats-credentials-file <file>", "a .creds file, or one that holds user:password or a token")
    .option("--nats-subject <words>", "the first words of the subjects there; seqcard by default")
    .addOption(new Option("--log-level <level>", "what is logged").choices([...LOG_LEVELS]))
    .option("--log-levels <list>", "levels of single namespaces, such as socket=debug,card=warn", parseLevels)
    .option("--print-config", "print what all of this comes to, and end")
    .option("--json", "print events as JSON on stdout")
    .addHelpText(
      "after",
      `
Flags count before SEQCARD_... variables, those before the file. SIGTERM and SIGINT end it when what is under way is served.

Examples:
  seqcard serve --port /dev/ttyACM0
  seqcard serve --port /dev/ttyACM0 --port /dev/ttyACM1 --group seqcard
  seqcard serve --port /dev/ttyACM0 --http 127.0.0.1:8080
  seqcard serve --config /etc/seqcard/daemon.toml --print-config`,
    )
    .action((options: ServeOptions) => serve(options));
}

async function serve(options: ServeOptions): Promise<void> {
  const { port, config: file, printConfig, json, mirror, durableMirror, ...flags } = options;
  const config = loadConfig({
    flags: { ...flags, ports: port, mirror: orNull(mirror), durableMirror: orNull(durableMirror) },
    environment: process.env,
    file: file ?? null,
  });
  if (printConfig) {
    printLine(describeConfig(config));
    return;
  }
  const daemon = makeDaemon(config);
  const ended = endOfService(daemon);
  if (!(await begin(daemon))) return ended;
  const address = config.socket;
  if (json) printJson({ event: "ready", socket: address });
  else printLine(`Serving at ${address}.`);
  await ended;
}

/** @returns false where a signal came before it served: that is no failure. */
async function begin(daemon: Daemon): Promise<boolean> {
  try {
    await daemon.start();
    return true;
  } catch (error) {
    if (error instanceof SequenceError && error.code === "CLOSED") return false;
    throw error;
  }
}

/** --no-mirror is false; commander makes it true where neither form is given. */
function orNull(given: string | boolean | undefined): string | null | undefined {
  if (given === false) return null;
  return given === true ? undefined : given;
}

function makeDaemon(config: DaemonConfig): Daemon {
  const { ports, baudRate, socket, group, maxClients, openTimeoutMs, silentMs, drainMs } = config;
  return new Daemon({
    cards: ports.map((path) => ({ path, openTransport: (events) => openTransport(path, baudRate, events) })),
    socket: { path: socket, group, maxClients },
    openTimeoutMs,
    silentMs,
    drainMs,
    mirror: {
      memoryPath: config.mirror,
      durablePath: config.durableMirror,
      durableEveryMs: config.durableEveryMs,
    },
    listeners: listenersOf(config),
    ...systemSettings(),
    logs: new Logs({ level: config.logLevel, levels: config.logLevels }),
  });
}

/** Resolves when a signal has ended the daemon. A second one ends it at once. */
function endOfService(daemon: Daemon): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.once("SIGTERM", () => process.exit(1));
      process.once("SIGINT", () => process.exit(1));
      void daemon.stop().then(resolve);
    };
    process.once("SIGTERM", end);
    process.once("SIGINT", end);
  });
}
