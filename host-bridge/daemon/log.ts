import { destination, type Level, type Logger, pino } from "pino";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = Level | "silent";

/** The parts of the daemon, each of which can have a level of its own. */
export const LOG_NAMESPACES = [
  "daemon",
  "card",
  "trunk",
  "mirror",
  "socket",
  "redis",
  "nats",
  "http",
] as const;
export type LogNamespace = (typeof LOG_NAMESPACES)[number];

export interface LogSettings {
  readonly level: LogLevel;
  /** Levels of single namespaces: "socket" to "debug". */
  readonly levels: Readonly<Partial<Record<LogNamespace, LogLevel>>>;
}

/** Writes lines of JSON to stderr, each under the namespace of the part that it comes from. */
export class Logs {
  private readonly settings: LogSettings;
  private readonly root: Logger;

  constructor(settings: LogSettings, descriptor = 2) {
    this.settings = settings;
    this.root = pino(
      { level: "trace", base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
      destination({ dest: descriptor, sync: true }),
    );
  }

  for(name: LogNamespace): Logger {
    return this.root.child({ name }, { level: this.settings.levels[name] ?? this.settings.level });
  }
}
