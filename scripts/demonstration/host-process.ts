import { open, type Sequence } from "../../host-bridge/index.js";
import { DeliveryFileWriter } from "../checker/index.js";
import { serveAsWorker } from "../processes/worker-channel.js";

/** What a host process is told. It has one card, and writes down every number that it gets. */
export type HostCommand =
  | { readonly type: "open"; readonly host: number; readonly path: string; readonly file: string }
  /** One number after the other. */
  | { readonly type: "take"; readonly count: number }
  /** Many callers at once, each asking again when it has its number, until `stop`. */
  | { readonly type: "load"; readonly callers: number }
  | { readonly type: "stop" }
  | { readonly type: "close" };

/** What it reports, and tells as a load goes on. */
export interface HostReport {
  /** Numbers taken so far. */
  readonly numbers: number;
  /** With the report of `close`: what its card has counted. */
  readonly card?: CardFigures;
}

export interface CardFigures {
  /** Requests that its card sent again because no answer came in time. */
  readonly retries: number;
  /** Numbers that its card, as primary, gave out again because of somebody's retry: each first block is lost. */
  readonly skipped: number;
}

const TELL_EVERY_MS = 100;

let sequence: Sequence | undefined;
let file: DeliveryFileWriter | undefined;
let numbers = 0;
let stopped = false;

async function obey(
  command: HostCommand,
  tell: (report: HostReport) => void,
): Promise<HostReport | undefined> {
  switch (command.type) {
    case "open":
      file = new DeliveryFileWriter(command.file, command.host);
      sequence = await open({ path: command.path });
      break;
    case "take":
      for (let taken = 0; taken < command.count; taken += 1) await takeOne(0);
      break;
    case "load":
      await load(command.callers, tell);
      break;
    case "stop":
      stopped = true;
      return undefined;
    case "close":
      return close();
  }
  return { numbers };
}

async function close(): Promise<HostReport> {
  if (sequence === undefined) throw new Error("Asked to close before it was opened.");
  const { counters } = await sequence.status();
  await sequence.close();
  file?.close();
  return { numbers, card: { retries: counters.requestRetries, skipped: counters.numbersSkipped } };
}

async function load(callers: number, tell: (report: HostReport) => void): Promise<void> {
  stopped = false;
  const timer = setInterval(() => tell({ numbers }), TELL_EVERY_MS);
  const run = async (caller: number): Promise<void> => {
    while (!stopped) await takeOne(caller);
  };
  try {
    await Promise.all(Array.from({ length: callers }, (_, caller) => run(caller)));
  } finally {
    stopped = true;
    clearInterval(timer);
  }
}

async function takeOne(caller: number): Promise<void> {
  if (sequence === undefined || file === undefined)
    throw new Error("Asked for numbers before it was opened.");
  const requestedAtNs = process.hrtime.bigint();
  const number = await sequence.next();
  file.append(caller, requestedAtNs, process.hrtime.bigint(), number);
  numbers += 1;
}

serveAsWorker(obey);
