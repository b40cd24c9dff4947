import { type Command, InvalidArgumentError, Option } from "commander";
import { connect } from "../connect.js";
import { connectNats } from "../connect-nats.js";
import { SequenceError } from "../errors.js";
import { open } from "../open.js";
import { listPorts } from "../ports.js";
import type { Sequence } from "../sequence.js";
import { findSocketPath } from "../socket-path.js";
import { DEFAULT_CALL_TIMEOUT_MS } from "../timing.js";

/** The options of every command that talks to a card. */
export interface CardOptions {
  readonly port?: string;
  readonly baudRate?: number;
  readonly json?: true;
  readonly timeoutMs: number;
  /** false with --no-wait. */
  readonly wait?: boolean;
  /** NATS servers, by which bridges are reached, instead of a card of this host. */
  readonly nats?: string;
  readonly natsCredentialsFile?: string;
  readonly natsSubject?: string;
  readonly fabric?: number;
}

/** Adds --json. */
export function addJsonOption(command: Command): Command {
  return command.option("--json", "print one JSON object a line; 64-bit numbers are decimal strings");
}

/** Adds --timeout-ms and --baud-rate. */
export function addLineOptions(command: Command): Command {
  return addJsonOption(command)
    .option(
      "--timeout-ms <ms>",
      "how long a call may take",
      wholeNumber(1, 86_400_000),
      DEFAULT_CALL_TIMEOUT_MS,
    )
    .option("--baud-rate <rate>", "speed of a board behind a USB bridge", wholeNumber(1, 100_000_000));
}

/** Adds those of `CardOptions` that choose a card. */
export function addCardOptions(command: Command): Command {
  return addLineOptions(
    command.addOption(
      new Option(
        "--port <path>",
        "serial port of the card; without it, the daemon that runs, or the only port that looks like one",
      ).env("SEQCARD_PORT"),
    ),
  );
}

/** Adds those by which a card of another host is reached; for commands that change nothing. */
export function addNatsOptions(command: Command): Command {
  return command
    .option("--nats <servers>", "ask cards of other hosts instead, by NATS, such as nats://10.0.0.5:4222")
    .option("--nats-credentials-file <file>", "a .creds file, or one that holds user:password or a token")
    .option("--nats-subject <words>", "the first words of the subjects there; seqcard by default")
    .option("--fabric <id>", "which fabric, in eight hexadecimal digits, where several are there", fabricId)
    .hook("preAction", (_, action) => checkNatsOptions(action));
}

/** SEQCARD_PORT may stand in an environment for good, and counts for nothing here. */
function checkNatsOptions(command: Command): void {
  const isNats = command.getOptionValue("nats") !== undefined;
  if (isNats && command.getOptionValueSource("port") === "cli") {
    throw new SequenceError("BAD_OPTION", "--port is a card of this host, and --nats asks others; give one");
  }
  const lonely = ["natsCredentialsFile", "natsSubject", "fabric"].filter(
    (name) => command.getOptionValue(name) !== undefined,
  );
  if (isNats || lonely.length === 0) return;
  throw new SequenceError(
    "BAD_OPTION",
    "--nats-credentials-file, --nats-subject and --fabric go with --nats",
  );
}

/** For commands that ask for numbers. */
export function addWaitOption(command: Command): Command {
  return command.option("--no-wait", "fail with NOT_READY instead of waiting for the fabric");
}

function fabricId(text: string): number {
  const value = /^[0-9a-fA-F]{8}$/.test(text) ? Number.parseInt(text, 16) : 0;
  if (value === 0) throw new InvalidArgumentError("It must be eight hexadecimal digits, such as 0000fab1.");
  return value;
}

/** A parser of whole numbers in a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** Opens the card, does `action` with it, and closes it whatever happens. */
export async function withCard(
  options: CardOptions,
  action: (sequence: Sequence, port: string) => Promise<void>,
): Promise<void> {
  const { sequence, name } = await openAny(options);
  try {
    await action(sequence, name);
  } finally {
    await sequence.close();
  }
}

/** What was named; else the daemon, which has the ports where it runs; else the only port there is. */
async function openAny(options: CardOptions): Promise<{ sequence: Sequence; name: string }> {
  if (options.nats !== undefined) {
    return { sequence: await openNats(options.nats, options), name: options.nats };
  }
  if (options.port !== undefined) {
    return { sequence: await openPort(options.port, options), name: options.port };
  }
  const socket = findSocketPath();
  try {
    const whenNotReady = options.wait === false ? "reject" : "wait";
    return { sequence: await connect({ socket, timeoutMs: options.timeoutMs, whenNotReady }), name: socket };
  } catch (error) {
    const isAbsent = error instanceof SequenceError && error.code === "DAEMON_NOT_RUNNING";
    // A socket that was named and has nobody behind it is an error of its own.
    if (!isAbsent || process.env["SEQCARD_SOCKET"]) throw error;
  }
  const port = await onlyLikelyPort();
  return { sequence: await openPort(port, options), name: port };
}

function openNats(servers: string, options: CardOptions): Promise<Sequence> {
  const { natsCredentialsFile, natsSubject, fabric, timeoutMs, wait } = options;
  return connectNats({
    servers,
    timeoutMs,
    whenNotReady: wait === false ? "reject" : "wait",
    ...(natsCredentialsFile === undefined ? {} : { credentialsFile: natsCredentialsFile }),
    ...(natsSubject === undefined ? {} : { subject: natsSubject }),
    ...(fabric === undefined ? {} : { fabricId: fabric }),
  });
}

export function openPort(path: string, { baudRate, timeoutMs, wait }: CardOptions): Promise<Sequence> {
  return open({
    path,
    timeoutMs,
    whenNotReady: wait === false ? "reject" : "wait",
    ...(baudRate === undefined ? {} : { baudRate }),
  });
}

async function onlyLikelyPort(): Promise<string> {
  const ports = await listPorts();
  const [only] = ports;
  if (only === undefined) {
    throw new SequenceError(
      "PORT_NOT_FOUND",
      "no port looks like a card; plug one in, or name it with --port",
    );
  }
  if (ports.length > 1) {
    const paths = ports.map(({ path }) => path).join(", ");
    throw new SequenceError("BAD_OPTION", `several ports look like cards: ${paths}; choose one with --port`);
  }
  return only.path;
}
