import { type Command, InvalidArgumentError, Option } from "commander";
import { connect } from "../connect.js";
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

/** For commands that ask for numbers. */
export function addWaitOption(command: Command): Command {
  return command.option("--no-wait", "fail with NOT_READY instead of waiting for the fabric");
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

/** The port that was named; else the daemon, which has the ports where it runs; else the only port there is. */
async function openAny(options: CardOptions): Promise<{ sequence: Sequence; name: string }> {
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
