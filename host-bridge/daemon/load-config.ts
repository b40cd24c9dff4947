import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parse as parseToml } from "smol-toml";
import { z } from "zod";
import { SequenceError } from "../errors.js";
import { ownSocketPath, SYSTEM_SOCKET } from "../socket-path.js";
import { type ConfigKey, configSchema, type DaemonConfig } from "./config.js";

type Layer = Partial<Record<ConfigKey, unknown>>;

/** Environment variables and what they set. Lists have commas. */
const VARIABLES: readonly (readonly [name: string, key: ConfigKey, parse: (text: string) => unknown])[] = [
  ["SEQCARD_PORTS", "ports", list],
  ["SEQCARD_BAUD_RATE", "baudRate", number],
  ["SEQCARD_SOCKET", "socket", text],
  ["SEQCARD_GROUP", "group", orNull],
  ["SEQCARD_MAX_CLIENTS", "maxClients", number],
  ["SEQCARD_OPEN_TIMEOUT_MS", "openTimeoutMs", number],
  ["SEQCARD_HTTP", "http", orNull],
  ["SEQCARD_HTTP_HOSTS", "httpHosts", list],
  ["SEQCARD_SILENT_MS", "silentMs", number],
  ["SEQCARD_DRAIN_MS", "drainMs", number],
  ["SEQCARD_MIRROR", "mirror", orNull],
  ["SEQCARD_DURABLE_MIRROR", "durableMirror", orNull],
  ["SEQCARD_DURABLE_EVERY_MS", "durableEveryMs", number],
  ["SEQCARD_REDIS", "redis", orNull],
  ["SEQCARD_REDIS_PASSWORD_FILE", "redisPasswordFile", orNull],
  ["SEQCARD_REDIS_TIMEOUT_MS", "redisTimeoutMs", number],
  ["SEQCARD_NATS", "nats", orNull],
  ["SEQCARD_NATS_CREDENTIALS_FILE", "natsCredentialsFile", orNull],
  ["SEQCARD_NATS_SUBJECT", "natsSubject", text],
  ["SEQCARD_LOG_LEVEL", "logLevel", text],
  ["SEQCARD_LOG_LEVELS", "logLevels", parseLevels],
];

export interface ConfigSources {
  readonly flags: Layer;
  readonly environment: NodeJS.ProcessEnv;
  /** A TOML file, or a JSON file where the name ends in .json; null for none. */
  readonly file: string | null;
}

/**
 * What the daemon is told: flags count before the environment, that before the file, that before the defaults.
 * @throws SequenceError BAD_CONFIG, which names each thing that is wrong, and where it comes from.
 */
export function loadConfig({ flags, environment, file }: ConfigSources): DaemonConfig {
  const layers: readonly (readonly [origin: string, layer: Layer])[] = [
    [file ?? "", file === null ? {} : readFile(file)],
    ["environment", fromEnvironment(environment)],
    ["flags", flags],
  ];
  const merged: Layer = {};
  const origins = new Map<string, string>();
  for (const [origin, layer] of layers) {
    for (const [key, value] of Object.entries(layer)) {
      if (value === undefined) continue;
      merged[key as ConfigKey] = value;
      origins.set(key, origin);
    }
  }
  const socket = typeof merged.socket === "string" ? merged.socket : ownSocketPath(environment);
  const result = configSchema.safeParse({ ...defaultsBeside(socket, environment), ...merged, socket });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const key = String(issue.path[0] ?? "");
    const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
    const origin = origins.get(issue.path.length === 0 ? (unknown[0] ?? "") : key);
    const name = issue.path.join(".") || "configuration";
    return `${name}: ${issue.message}${origin === undefined ? "" : ` (from ${origin})`}`;
  });
  throw new SequenceError("BAD_CONFIG", `the configuration cannot be used: ${problems.join("; ")}`);
}

/** For --print-config: what can be put into a file that ends in .json. */
export function describeConfig(config: DaemonConfig): string {
  return JSON.stringify(config, undefined, 2);
}

/** "socket=debug,card=trace" as an object. */
export function parseLevels(from: string): Record<string, string> {
  const pairs = from.split(",").map((pair) => pair.split("="));
  return Object.fromEntries(pairs.map(([name = "", level = ""]) => [name.trim(), level.trim()]));
}

/** The mirror in memory stands beside the socket, whose directory is in memory where a system has it. */
function defaultsBeside(socket: string, environment: NodeJS.ProcessEnv): Layer {
  return {
    mirror: `${socket}.mirror`,
    durableMirror: join(stateDirectory(environment), `${stateName(socket)}.mirror`),
  };
}

/** Two sockets never have one file: where a name may stand in many directories, a hash of its whole path is behind it. */
function stateName(socket: string): string {
  const path = resolve(socket);
  if (path === SYSTEM_SOCKET) return basename(path);
  return `${basename(path)}.${createHash("sha256").update(path).digest("hex").slice(0, 8)}`;
}

function stateDirectory(environment: NodeJS.ProcessEnv): string {
  const given = environment["STATE_DIRECTORY"]?.split(":")[0];
  if (given) return given;
  if (process.getuid?.() === 0) return "/var/lib/seqcard";
  return join(environment["XDG_STATE_HOME"] || join(homedir(), ".local/state"), "seqcard");
}

function readFile(file: string): Layer {
  try {
    const content = readFileSync(file, "utf8");
    const parsed: unknown = file.endsWith(".json") ? JSON.parse(content) : parseToml(content);
    return z.record(z.string(), z.unknown()).parse(parsed);
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new SequenceError("BAD_CONFIG", `cannot read the configuration ${file}: ${message}`, {
      cause: error,
    });
  }
}

function fromEnvironment(environment: NodeJS.ProcessEnv): Layer {
  const layer: Layer = {};
  for (const [name, key, parse] of VARIABLES) {
    const value = environment[name];
    if (value !== undefined && value !== "") layer[key] = parse(value);
  }
  return layer;
}

function text(value: string): string {
  return value;
}

function list(value: string): string[] {
  return value.split(",").map((part) => part.trim());
}

/** What is no number stays a text, which the schema refuses by its name. */
function number(value: string): unknown {
  return /^\d+$/.test(value) ? Number(value) : value;
}

function orNull(value: string): string | null {
  return value === "none" ? null : value;
}
