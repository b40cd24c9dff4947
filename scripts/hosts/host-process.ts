import { setTimeout as sleep } from "node:timers/promises";
import { connect, open, type Sequence, SequenceError, type View } from "../../host-bridge/index.js";
import { DeliveryFileWriter } from "../checker/index.js";
import { serveAsWorker } from "../processes/worker-channel.js";

/** What a host process is told. It has one card, or a daemon, and writes down every number that it gets. */
export type HostCommand =
  | {
      readonly type: "open";
      readonly host: number;
      /** A serial port; or the socket of a daemon. */
      readonly path: string;
      readonly isSocket: boolean;
      readonly file: string;
      /** How long a call may take. */
      readonly timeoutMs: number;
    }
  /** One number after the other. */
  | { readonly type: "take"; readonly count: number }
  /** Many callers at once, each asking again when it has its number, until `stop`. */
  | { readonly type: "load"; readonly callers: number }
  /** Hands the roles over while a load goes on; what comes of it is in the notes. */
  | { readonly type: "handover"; readonly primary: number }
  | { readonly type: "stop" }
  | { readonly type: "close" };

/** Where a host stands: told as a load goes on, and reported at the end of each command. */
export interface HostNote {
  readonly cardId: number;
  /** Numbers taken so far. */
  readonly numbers: number;
  /** When the newest request was made that has got its number; 0 before any. */
  readonly servedNs: bigint;
  /** The view as its card told it last. */
  readonly view: View | null;
  /** Calls that were rejected, by their code. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Handovers that it was told to make and that came about. */
  readonly handovers: number;
  /** Those that were refused, as they are while a fault stands in the way. */
  readonly refusedHandovers: number;
}

/** What a host process reports. */
export type HostReport = HostNote;

const TELL_EVERY_MS = 50;
/** A caller that was rejected asks again after this. */
const REJECTED_PAUSE_MS = 10;

let sequence: Sequence | undefined;
let file: DeliveryFileWriter | undefined;
let numbers = 0;
let servedNs = 0n;
let handovers = 0;
let refusedHandovers = 0;
let stopped = false;
const rejected: Record<string, number> = {};

async function obey(command: HostCommand, tell: (note: HostNote) => void): Promise<HostReport | undefined> {
  switch (command.type) {
    case "open":
      file = new DeliveryFileWriter(command.file, command.host);
      sequence = await openWay(command.path, command.isSocket, command.timeoutMs);
      sequence.on("view", () => tell(note()));
      break;
    case "take":
      for (let taken = 0; taken < command.count; taken += 1) await takeOne(0);
      break;
    case "load":
      await load(command.callers, tell);
      break;
    case "handover":
      await handOver(command.primary);
      return undefined;
    case "stop":
      stopped = true;
      return undefined;
    case "close":
      return close();
  }
  return note();
}

function openWay(path: string, isSocket: boolean, timeoutMs: number): Promise<Sequence> {
  return isSocket ? connect({ socket: path, timeoutMs }) : open({ path, timeoutMs });
}

function note(): HostNote {
  const cardId = sequence?.card.id ?? 0;
  return { cardId, numbers, servedNs, view: sequence?.view ?? null, rejected, handovers, refusedHandovers };
}

async function close(): Promise<HostReport> {
  if (sequence === undefined) throw new Error("Asked to close before it was opened.");
  const last = note();
  await sequence.close();
  file?.close();
  return last;
}

async function load(callers: number, tell: (note: HostNote) => void): Promise<void> {
  stopped = false;
  const timer = setInterval(() => tell(note()), TELL_EVERY_MS);
  const run = async (caller: number): Promise<void> => {
    while (!stopped) if (!(await tryOne(caller))) await sleep(REJECTED_PAUSE_MS);
  };
  try {
    await Promise.all(Array.from({ length: callers }, (_, caller) => run(caller)));
  } finally {
    stopped = true;
    clearInterval(timer);
  }
}

/** A call that is rejected breaks no promise: it is counted. */
async function tryOne(caller: number): Promise<boolean> {
  try {
    await takeOne(caller);
    return true;
  } catch (error) {
    countRejection(error);
    return false;
  }
}

async function handOver(primary: number): Promise<void> {
  try {
    await sequence?.handover({ primary });
    handovers += 1;
  } catch (error) {
    if (!(error instanceof SequenceError)) throw error;
    refusedHandovers += 1;
  }
}

function countRejection(error: unknown): void {
  if (!(error instanceof SequenceError)) throw error;
  rejected[error.code] = (rejected[error.code] ?? 0) + 1;
}

async function takeOne(caller: number): Promise<void> {
  if (sequence === undefined || file === undefined)
    throw new Error("Asked for numbers before it was opened.");
  const requestedAtNs = process.hrtime.bigint();
  const number = await sequence.next();
  file.append(caller, requestedAtNs, process.hrtime.bigint(), number);
  numbers += 1;
  if (requestedAtNs > servedNs) servedNs = requestedAtNs;
}

serveAsWorker(obey);
