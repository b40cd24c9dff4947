import { pino } from "pino";
import { HostWelcomeFields } from "../../../firmware/wire/host-setup-frames.js";
import { type CardIdentity, identityFrom } from "../../../host-bridge/card-identity.js";
import { SystemClock } from "../../../host-bridge/clock.js";
import { Logs } from "../../../host-bridge/daemon/log.js";
import { Metrics } from "../../../host-bridge/daemon/metrics.js";
import { Mirror, type MirrorSettings } from "../../../host-bridge/daemon/mirror.js";
import { newestOfMirror } from "../../../host-bridge/index.js";

export const CARD: CardIdentity = { ...identityFrom(new HostWelcomeFields()), id: 3, fabricId: 0xfab1c };

/** A mirror that is open, of two cards. */
export function openMirror(settings: Partial<MirrorSettings>): Mirror {
  const mirror = new Mirror({
    memoryPath: null,
    durablePath: null,
    durableEveryMs: 1_000,
    cards: 2,
    clock: new SystemClock(),
    metrics: new Metrics(),
    log: new Logs({ level: "silent", levels: {} }).for("mirror"),
    ...settings,
  });
  mirror.open();
  return mirror;
}

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The newest number in a mirror; 0n where it has none, or is none yet. */
export function knownNumber(path: string): bigint {
  try {
    return newestOfMirror(path);
  } catch {
    return 0n;
  }
}

export function hasNumber(path: string, number: bigint): boolean {
  return knownNumber(path) === number;
}

/** A log, and what it said: "warn BAD_MIRROR" for a line with a code, else "info the message". */
export class HeardLog {
  readonly lines: string[] = [];
  readonly log = pino({ level: "info" }, { write: (line) => this.lines.push(told(JSON.parse(line))) });
}

const LEVELS: Readonly<Record<number, string>> = { 30: "info", 40: "warn", 50: "error" };

function told({ level, code, file, msg }: Record<string, unknown>): string {
  return [LEVELS[Number(level)], code ?? msg, file].filter((part) => part !== undefined).join(" ");
}
