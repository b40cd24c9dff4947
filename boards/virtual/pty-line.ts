import { closeSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import type { HostSink } from "./host-line.js";
import { forgetPtyPair, openPtyPair, type PtyPair } from "./pty-pair.js";

/** Bytes that wait for a computer that does not read; what the system's own buffer holds comes on top. */
const SEND_BUFFER_BYTES = 4_096;
/** How soon a full pty is tried again. */
const RETRY_MS = 1;
/**
 * How long the line is quiet before it vanishes. A serial port that is just reading when its device goes reads nothing
 * for ever instead of an error; one that waits is told.
 */
const QUIET_MS = 20;

/** A pseudo-terminal as a card's USB line: a program opens `path` like any serial port. */
export class PtyLine implements HostSink {
  private readonly pair: PtyPair;
  private readonly master: ReadStream;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed: Promise<void> | undefined;

  private constructor(pair: PtyPair, onBytes: (bytes: Uint8Array) => void) {
    this.pair = pair;
    this.master = new ReadStream(pair.master);
    this.master.on("error", () => {});
    this.master.on("data", (bytes: Buffer) => {
      if (this.closed === undefined) onBytes(bytes);
    });
  }

  /**
   * @param onBytes is handed what a program writes to the port.
   * @throws RigError PTY_UNAVAILABLE.
   */
  static async open(onBytes: (bytes: Uint8Array) => void): Promise<PtyLine> {
    // The other end stays open in the rig too, so that a program that closes the port does not end the line.
    return new PtyLine(await openPtyPair(), onBytes);
  }

  get path(): string {
    return this.pair.path;
  }

  room(): number {
    return this.closed === undefined ? SEND_BUFFER_BYTES - this.waitingBytes : 0;
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
    this.closed ??= this.vanish();
    return this.closed;
  }

  private async vanish(): Promise<void> {
    clearTimeout(this.timer);
    this.waiting = [];
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    closeSync(this.pair.slave);
    await new Promise<void>((resolve) => {
      this.master.once("close", () => resolve());
      this.master.destroy();
    });
    forgetPtyPair(this.pair);
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
      return writeSync(this.pair.master, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
      // The line is gone; so are the bytes.
      return bytes.length;
    }
  }
}
