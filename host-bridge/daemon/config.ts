import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { baudRateProblem, DEFAULT_BAUD_RATE } from "../baud-rate.js";
import { HTTP_ADDRESS_RULE, isHttpAddress } from "../http/http-address.js";
import { serversProblem } from "../nats/nats-connect.js";
import { DEFAULT_SUBJECT, isSubjectPrefix } from "../nats/nats-messages.js";
import { DEFAULT_CALL_TIMEOUT_MS, DEFAULT_OPEN_TIMEOUT_MS } from "../timing.js";
import { LOG_LEVELS, LOG_NAMESPACES } from "./log.js";
import { isLoopback, parseNetworkAddress } from "./network-address.js";

const milliseconds = z.int().min(1).max(3_600_000);
const path = z.string().min(1).max(4_096);
const level = z.enum(LOG_LEVELS);
const levels = z.partialRecord(z.enum(LOG_NAMESPACES), level, {
  error: (issue) =>
    String(issue.code) === "unrecognized_keys"
      ? `there is no namespace ${issue["keys"]}; there are ${LOG_NAMESPACES.join(", ")}`
      : undefined,
});
const address = z
  .string()
  .max(300)
  .refine(
    (text) => parseNetworkAddress(text) !== null,
    "must be a port, or a host and a port as 127.0.0.1:6390",
  );
const servers = z
  .string()
  .max(4_096)
  .superRefine((text, context) => {
    const problem = serversProblem(text);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  });

/** Everything that a daemon can be told, by a file, the environment or flags. What is not here is refused. */
const keySchema = z.strictObject({
  /** Serial ports of the cards, all of one fabric. */
  ports: z.array(path).min(1).max(8),
  baudRate: z
    .int()
    .min(1)
    .max(100_000_000)
    .superRefine((baudRate, context) => {
      const message = baudRateProblem(baudRate);
      if (message !== null) context.addIssue({ code: "custom", message });
    })
    .default(DEFAULT_BAUD_RATE),
  socket: path,
  /** A group that may use the socket too, by name or number. */
  group: z.string().min(1).max(256).nullable().default(null),
  maxClients: z.int().min(1).max(1_000_000).default(16_384),
  openTimeoutMs: milliseconds.default(DEFAULT_OPEN_TIMEOUT_MS),
  /** Where the live picture, /metrics and /healthz are served: "127.0.0.1:8080". Null for nowhere. */
  http: z.string().refine(isHttpAddress, HTTP_ADDRESS_RULE).nullable().default(null),
  /** Names, beside localhost and addresses, under which a browser may ask for the picture. */
  httpHosts: z.array(z.string().min(1).max(253)).max(16).default([]),
  /** A card that answers no request for this long loses them to another one. */
  silentMs: milliseconds.default(400),
  /** How long the end waits for requests that are under way. */
  drainMs: milliseconds.default(5_000),
  /** File that other processes read the newest numbers from: in memory. Null for none. */
  mirror: path.nullable(),
  /** Its copy on a disk. Null for none. */
  durableMirror: path.nullable(),
  durableEveryMs: milliseconds.default(1_000),
  /** Where Redis clients are served; null for nowhere. Beyond this machine only with a password. */
  redis: address.nullable().default(null),
  /** A file with the password that Redis clients must send; null for none. */
  redisPasswordFile: path.nullable().default(null),
  /** How long an INCR may take. */
  redisTimeoutMs: milliseconds.default(DEFAULT_CALL_TIMEOUT_MS),
  /** NATS servers, with commas, whose clients are served; null for none. */
  nats: servers.nullable().default(null),
  /** A file that says who this daemon is to them: .creds, or "user:password", or a token; null for nobody. */
  natsCredentialsFile: path.nullable().default(null),
  /** The first words of the subjects there. */
  natsSubject: z
    .string()
    .refine(isSubjectPrefix, "must be words with points between")
    .default(DEFAULT_SUBJECT),
  logLevel: level.default("info"),
  /** Levels of single namespaces. */
  logLevels: levels.default({}),
});

/** What each key alone allows, and two together do not. */
export const configSchema = keySchema.superRefine(({ ports, redis, redisPasswordFile }, context) => {
  for (const [index, port] of ports.entries()) {
    const before = ports.slice(0, index).find((other) => deviceOf(other) === deviceOf(port));
    if (before === undefined) continue;
    const message = before === port ? `${port} is named twice` : `${port} and ${before} are one device`;
    context.addIssue({ code: "custom", path: ["ports"], message: `${message}; name each card once` });
  }
  const parsed = redis === null ? null : parseNetworkAddress(redis);
  if (parsed === null || isLoopback(parsed) || redisPasswordFile !== null) return;
  context.addIssue({
    code: "custom",
    path: ["redis"],
    message: "other machines would reach it: set redisPasswordFile as well, or listen at 127.0.0.1",
  });
});

/** Names of udev are links to the devices. A card that is not plugged in has a name and no device. */
function deviceOf(port: string): string {
  try {
    return realpathSync(port);
  } catch {
    return resolve(port);
  }
}

export type DaemonConfig = Readonly<z.infer<typeof configSchema>>;
export type ConfigKey = keyof DaemonConfig;
