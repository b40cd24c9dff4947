import type { BindingPortInterface } from "@serialport/bindings-cpp";
import debug from "debug";
import { SequenceError } from "./errors.js";
import { MAX_QUEUED_BYTES } from "./send-queue.js";
import { disconnectedError } from "./session-errors.js";
import type { Transport, TransportEvents } from "./transport.js";

const log = debug("seqcard:transport");
const READ_BYTES = 4_096;

/** A line over any port of serialport's, by its asynchronous calls: for platforms that have no descriptors. */
export class BindingTransport implements Transport {
  readonly canWait = false;
  private readonly port: BindingPortInterface;
  private readonly events: TransportEvents;
  private readonly buffer = Buffer.allocUnsafe(READ_BYTES);
  private writing: Promise<void> = Promise.resolve();
  private unsentBytes = 0;
  private isOver = false;
  private closing: Promise<void> | null = null;

  constructor(port: BindingPortInterface, events: TransportEvents) {
    this.port = port;
    this.events = events;
    void this.readAll();
  }

  get waitingBytes(): number {
    return this.unsentBytes;
  }

  write(bytes: Uint8Array, length: number): boolean {
    if (this.isOver || this.unsentBytes + length > MAX_QUEUED_BYTES) return false;
    const copy = Buffer.from(bytes.subarray(0, length));
    this.unsentBytes += length;
    this.writing = this.writing
      .then(() => this.port.write(copy))
      .then(() => {
        this.unsentBytes -= length;
      })
      .catch((error: unknown) => this.breakDown(error));
    return true;
  }

  poll(): void {
    throw syncUnsupported();
  }

  wait(): void {
    throw syncUnsupported();
  }

  close(): Promise<void> {
    this.isOver = true;
    this.closing ??= this.writing.then(() => this.port.close());
    return this.closing;
  }

  private async readAll(): Promise<void> {
    try {
      while (!this.isOver) {
        const { bytesRead } = await this.port.read(this.buffer, 0, READ_BYTES);
        if (!this.isOver) this.events.onBytes(this.buffer, 0, bytesRead);
      }
    } catch (error) {
      this.breakDown(error);
    }
  }

  private breakDown(error: unknown): void {
    if (this.isOver) return;
    log("lost: %o", error);
    this.close().catch((failure: unknown) => log("close failed: %o", failure));
    this.events.onLost(disconnectedError(error));
  }
}

export function syncUnsupported(): SequenceError {
  return new SequenceError(
    "SYNC_UNSUPPORTED",
    "this platform cannot wait for a port without its event loop; use next() instead of nextSync()",
  );
}
