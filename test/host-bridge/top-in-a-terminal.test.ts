import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { IPty } from "@lydell/node-pty";
import test, { type ExecutionContext } from "ava";
import { startDaemonProcess } from "../../scripts/processes/daemon-process.js";
import { ProcessScope } from "../../scripts/processes/process-scope.js";
import { startCardProcess } from "./card-process.js";
import { temporaryDirectory } from "./daemon/daemon-bench.js";

const BIN = fileURLToPath(new URL("../../../scripts/seqcard.mjs", import.meta.url));
const { spawn } = createRequire(import.meta.url)("@lydell/node-pty") as typeof import("@lydell/node-pty");
const LEAVE_SCREEN = "\u001b[?1049l";
/** Each drawing begins at the first place of the screen, and ends with what clears the rest. */
const HOME = "\u001b[1;1H";
const CLEAR_BELOW = "\u001b[J";

/** `seqcard top` at a pseudo-terminal of the system. */
class Terminal {
  shown = "";
  readonly ended: Promise<number>;
  private readonly pty: IPty;
  private onData = (): void => {};

  constructor(t: ExecutionContext, socket: string) {
    const { SEQCARD_PORT: _, ...environment } = process.env;
    const env = { ...environment, SEQCARD_SOCKET: socket, TERM: "xterm" };
    const args = [BIN, "top", "--every-ms", "100"];
    this.pty = spawn(process.execPath, args, { cols: 60, rows: 20, env, encoding: "utf8" });
    this.pty.onData((text) => {
      this.shown += text;
      this.onData();
    });
    this.ended = new Promise((resolve) => this.pty.onExit(({ exitCode }) => resolve(exitCode)));
    t.teardown(() => this.kill());
  }

  press(keys: string): void {
    this.pty.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.pty.resize(columns, rows);
  }

  /** Resolves when something was drawn from now on that is so. @throws Error where the program ends before. */
  async until(isSo: (drawing: string) => boolean): Promise<void> {
    this.shown = "";
    const seen = new Promise<"seen">((resolve) => {
      this.onData = () => {
        const whole = this.shown.split(HOME).filter((drawing) => drawing.includes(CLEAR_BELOW));
        if (whole.some(isSo)) resolve("seen");
      };
    });
    const first = await Promise.race([seen, this.ended]);
    if (first !== "seen") throw new Error(`It ended with ${first}: ${JSON.stringify(this.shown)}`);
  }

  private kill(): void {
    try {
      this.pty.kill();
    } catch {
      // It has ended.
    }
  }
}

async function start(t: ExecutionContext): Promise<Terminal> {
  t.timeout(120_000);
  const { path } = await startCardProcess(t);
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  const socket = join(temporaryDirectory(t), "s");
  await startDaemonProcess(scope, { ports: [path], socket });
  return new Terminal(t, socket);
}

function isGoingOn(drawing: string): boolean {
  return drawing.includes("Fabric 000fab1c") && drawing.includes("q ends, p pauses");
}

for (const [name, key] of [
  ["q", "q"],
  ["Ctrl-C", "\u0003"],
] as const) {
  test.serial(
    `at a real terminal seqcard top draws again and again, pauses, fits itself in, and ${name} gives the screen back`,
    async (t) => {
      const terminal = await start(t);
      for (let drawings = 0; drawings < 3; drawings += 1) await terminal.until(isGoingOn);
      terminal.press("p");
      await terminal.until((drawing) => drawing.includes("p goes on (paused)"));
      terminal.press("p");
      await terminal.until(isGoingOn);
      terminal.resize(24, 6);
      await terminal.until((drawing) => isGoingOn(drawing) && drawing.split("\n").length === 6);
      terminal.press(key);
      t.is(await terminal.ended, 0);
      t.true(terminal.shown.endsWith(LEAVE_SCREEN), JSON.stringify(terminal.shown.slice(-80)));
    },
  );
}
