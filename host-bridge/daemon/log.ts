import { destination, type Level, type Logger, pino } from "pino";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
/** The parts of a daemon that log. */
export const LOG_NAMES = ["daemon", "card", "socket", "http", "mirror", "redis", "nats", "trunk"] as const;
export type LogLevel = Level | "silent";

export interface LogSettings {
  readonly level: LogLevel;
  /** Levels of single namespaces: "socket" to "debug". */
  readonly levels: Readonly<Record<string, LogLevel>>;
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

  /** @param name one of `LOG_NAMES`. */
  for(name: string): Logger {
    return this.root.child({ name }, { level: this.settings.levels[name] ?? this.settings.level });
  }
}
