import { z } from "zod";
import { HTTP_ADDRESS_RULE, isHttpAddress } from "../http/http-address.js";
import { DEFAULT_OPEN_TIMEOUT_MS } from "../timing.js";
import { LOG_LEVELS } from "./log.js";

const milliseconds = z.int().min(1).max(3_600_000);
const path = z.string().min(1).max(4_096);
const level = z.enum(LOG_LEVELS);

/** Everything that a daemon can be told, by a file, the environment or flags. What is not here is refused. */
export const configSchema = z.strictObject({
  /** Serial ports of the cards, all of one fabric. */
  ports: z.array(path).min(1).max(8),
  baudRate: z.int().min(1).max(100_000_000).default(115_200),
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
  logLevel: level.default("info"),
  /** Levels of single namespaces: daemon, card, socket, http, mirror. */
  logLevels: z.record(z.string(), level).default({}),
});

export type DaemonConfig = Readonly<z.infer<typeof configSchema>>;
export type ConfigKey = keyof DaemonConfig;
