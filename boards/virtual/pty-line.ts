import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import type { ReadStream } from "node:tty";
import type { HostSink } from "./host-line.js";
import { messageOf, RigError } from "./rig-error.js";

/** Bytes that wait for a computer that does not read; what the system's own buffer holds comes on top. */
const SEND_BUFFER_BYTES = 4_096;
/** How soon a full pty is tried again. */
const RETRY_MS = 1;

/** What `open()` of node-pty gives; its type declarations leave it out. */
interface OpenedPty {
  readonly master: ReadStream;
  readonly slave: ReadStream;
  readonly fd: number;
  readonly ptsName: string;
}

interface PtyModule {
  open(options: { encoding: null }): OpenedPty;
}

/** A pseudo-terminal as a card's USB line: a program opens `path` like any serial port. */
export class PtyLine implements HostSink {
  readonly path: string;
  private readonly pty: OpenedPty;
  /** Kept open, so that a program that closes the port does not end the line. */
  private readonly holder: number;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  private constructor(pty: OpenedPty, holder: number, onBytes: (bytes: Uint8Array) => void) {
    this.pty = pty;
    this.path = pty.ptsName;
    this.holder = holder;
    pty.master.on("data", (bytes: Buffer) => {
      if (!this.closed) onBytes(bytes);
    });
  }

  /**
   * @param onBytes is handed what a program writes to the port.
   * @throws RigError PTY_UNAVAILABLE.
   */
  static async open(onBytes: (bytes: Uint8Array) => void): Promise<PtyLine> {
    const { open } = await loadPtyModule();
    try {
      const pty = open({ encoding: null });
      // It reads from both ends; the computer's end is for whoever opens the path.
      const holder = openSync(pty.ptsName, constants.O_RDWR | constants.O_NOCTTY);
      pty.slave.destroy();
      pty.master.on("error", () => {});
      makeRaw(pty.ptsName);
      return new PtyLine(pty, holder, onBytes);
    } catch (error) {
      throw unavailable(messageOf(error), error);
    }
  }

  room(): number {
    return this.closed ? 0 : SEND_BUFFER_BYTES - this.waitingBytes;
  }

  write(bytes: Uint8Array): boolean {
    if (bytes.length > this.room()) return false;
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.timer === undefined) this.flush();
    return true;
  }

  /** The computer sees an unplug. Safe twice. */
  close(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.closed = true;
    clearTimeout(this.timer);
    this.waiting = [];
    closeSync(this.holder);
    return new Promise((resolve) => {
      this.pty.master.once("close", () => resolve());
      this.pty.master.destroy();
    });
  }

  /** Node's own write to a pty would wait, and the whole rig with it, where the computer does not read. */
  private flush(): void {
    this.timer = undefined;
    for (;;) {
      const first = this.waiting[0];
      if (first === undefined) return;
      const written = this.writeSome(first);
      this.waitingBytes -= written;
      if (written < first.length) {
        this.waiting[0] = first.subarray(written);
        this.timer = setTimeout(() => this.flush(), RETRY_MS);
        return;
      }
      this.waiting.shift();
    }
  }

  private writeSome(bytes: Uint8Array): number {
    try {
      return writeSync(this.pty.fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
      // The line is gone; so are the bytes.
      return bytes.length;
    }
  }
}

async function loadPtyModule(): Promise<PtyModule> {
  try {
    return (await import("@lydell/node-pty")) as unknown as PtyModule;
  } catch (error) {
    throw unavailable(messageOf(error), error);
  }
}

/** Every byte as it is, both ways, and no echo. */
function makeRaw(path: string): void {
  const file = process.platform === "darwin" ? "-f" : "-F";
  execFileSync("stty", [file, path, "raw", "-echo"], { stdio: ["ignore", "ignore", "pipe"] });
}

function unavailable(reason: string, cause: unknown): RigError {
  const advice = "Install with optional dependencies (npm install --include=optional), on Linux or macOS.";
  return new RigError("PTY_UNAVAILABLE", `No pseudo-terminal can be made: ${reason}. ${advice}`, cause);
}
