import { badOption, callOptions } from "./call-options.js";
import { SequenceError } from "./errors.js";
import { type FabricAddress, FabricReader } from "./nats/fabric-reader.js";
import { findFabric } from "./nats/find-fabric.js";
import { connectServer, serversProblem } from "./nats/nats-connect.js";
import { MAX_REQUEST_MS } from "./nats/nats-json.js";
import { DEFAULT_SUBJECT, isSubjectPrefix, subjectsOf } from "./nats/nats-messages.js";
import { NatsSequence } from "./nats/nats-sequence.js";
import { NatsTransport } from "./nats/nats-transport.js";
import type { Sequence } from "./sequence.js";
import { systemSettings } from "./system-settings.js";
import type { Transport, TransportEvents } from "./transport.js";

/** A request without a reply is given up after this; that of a bridge that was killed costs its callers as much. */
const DEFAULT_REQUEST_TIMEOUT_MS = 500;
export interface ConnectNatsOptions {
  /** Such as "nats://10.0.0.5:4222"; several with commas. */
  readonly servers: string;
  /** A .creds file, or one that holds "user:password" or a token. */
  readonly credentialsFile?: string;
  /** The first words of the subjects, as the bridges have it; "seqcard" by default. */
  readonly subject?: string;
  /** By default the one that the bridges serve. Needed where they serve several. */
  readonly fabricId?: number;
  /** How long a call may take, in milliseconds; 10,000 by default. */
  readonly timeoutMs?: number;
  /** After this a request is given up and made anew, in milliseconds; 500 by default. */
  readonly requestTimeoutMs?: number;
  /** How long the server, and then a bridge, may take to answer at first, in milliseconds; 2,000 by default. */
  readonly openTimeoutMs?: number;
  /** As with `open`. */
  readonly whenNotReady?: "wait" | "reject";
  /** Whether to look for the server again when it is gone; true by default. */
  readonly reconnect?: boolean;
}

/**
 * Takes numbers from bridges (`seqcard serve --nats`) on other machines: each block from any of them. Calls of one moment
 * travel together. `status` and `survey` are carried; `nextSync` is SYNC_UNSUPPORTED, and what changes something, such as
 * `seed`, NOT_CARRIED.
 * Rejects with NATS_UNREACHABLE, NATS_DENIED, DAEMON_NOT_RUNNING, DAEMON_SILENT or BAD_OPTION.
 */
export async function connectNats(options: ConnectNatsOptions): Promise<Sequence> {
  const call = callOptions(options);
  checkOptions(options);
  let fabricId = options.fabricId ?? null;
  let address: FabricAddress | null = null;
  const openTransport = async (events: TransportEvents): Promise<Transport> => {
    const connection = await connectServer({
      servers: options.servers,
      credentialsFile: options.credentialsFile ?? null,
      name: "seqcard client",
      timeoutMs: call.openTimeoutMs,
      reconnect: false,
    });
    const prefix = options.subject ?? DEFAULT_SUBJECT;
    try {
      fabricId ??= await findFabric(connection, prefix, call.openTimeoutMs);
    } catch (error) {
      await connection.close();
      throw error;
    }
    address = { connection, fabricId, subjects: subjectsOf(prefix, fabricId) };
    const requestTimeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
    return new NatsTransport(connection, { prefix, fabricId, requestTimeoutMs }, events);
  };
  try {
    const settings = {
      openTransport,
      ...systemSettings(),
      ...call,
    };
    return await NatsSequence.connect(settings, new FabricReader(() => address, call.timeoutMs));
  } catch (error) {
    if (!(error instanceof SequenceError) || error.code !== "NOT_A_CARD") throw error;
    throw new SequenceError(
      "DAEMON_SILENT",
      "no bridge of that fabric answers at this NATS server; see `seqcard serve --nats`, and the fabric's id",
      { cause: error },
    );
  }
}

function checkOptions(options: ConnectNatsOptions): void {
  const { servers, subject, fabricId, requestTimeoutMs } = options;
  if (typeof servers !== "string") throw badOption("servers must be a text, such as nats://127.0.0.1:4222");
  const problem = serversProblem(servers);
  if (problem !== null) throw badOption(problem);
  if (subject !== undefined && !isSubjectPrefix(subject))
    throw badOption("subject must be words with points between");
  const isFabric =
    fabricId === undefined || (Number.isInteger(fabricId) && fabricId >= 1 && fabricId <= 0xffff_ffff);
  if (!isFabric) throw badOption("fabricId must be a whole number from 1 to 2^32-1");
  const isTime =
    requestTimeoutMs === undefined ||
    (Number.isInteger(requestTimeoutMs) && requestTimeoutMs >= 1 && requestTimeoutMs <= MAX_REQUEST_MS);
  if (!isTime) throw badOption("requestTimeoutMs must be a whole number from 1 to 60,000");
}
