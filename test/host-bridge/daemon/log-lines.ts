import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { Logs } from "../../../host-bridge/daemon/log.js";
import { temporaryDirectory } from "./daemon-bench.js";

/** A log that a test can read. */
export class LogLines {
  readonly logs: Logs;
  private readonly path: string;

  constructor(t: ExecutionContext) {
    this.path = join(temporaryDirectory(t), "log");
    const file = openSync(this.path, "w");
    // Teardowns run the newest first: the daemon that writes here has ended by then.
    t.teardown(() => closeSync(file));
    this.logs = new Logs({ level: "debug", levels: {} }, file);
  }

  /** What was logged with that code: level (30 info, 40 warn, 50 error) and port. */
  withCode(wanted: string): { level: number; port: string }[] {
    const lines = readFileSync(this.path, "utf8").split("\n").filter(Boolean);
    return lines
      .map((line) => JSON.parse(line) as { level: number; port: string; code?: string; msg: string })
      .filter(({ code, msg }) => code === wanted && msg !== "state")
      .map(({ level, port }) => ({ level, port }));
  }
}
