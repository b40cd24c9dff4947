import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import type { DarwinPortBinding, LinuxPortBinding } from "@serialport/bindings-cpp";
import debug from "debug";
import { asSequenceError, type SequenceError } from "./errors.js";
import { SendQueue } from "./send-queue.js";
import { disconnectedError } from "./session-errors.js";
import type { Transport, TransportEvents } from "./transport.js";

const log = debug("seqcard:transport");

/** The termios times with which the port is to be opened: a blocking read returns at the first byte, or after 0.1 s. */
export const WAIT_TERMIOS = { vmin: 0, vtime: 1 } as const;
const BLOCKING_READ_MS = 100;
/** Where less time than a blocking read may take is left, the thread sleeps in slices of this instead. */
const SLICE_MS = 1;

const READ_BYTES = 16_384;
/** Reads in one turn; a card that never falls silent must not keep the event loop for itself. */
const READS_PER_TURN = 16;

/** The bits of serialport's poller. */
const READABLE = 1;
const WRITABLE = 2;
const DISCONNECT = 4;

/** A serial port of serialport's binding for Linux and macOS, with a descriptor to be read in this thread. */
export type DescriptorPort = (LinuxPortBinding | DarwinPortBinding) & { fd: number };

/**
 * A line that is read and written in the calling thread, by its descriptor. serialport's own stream reads in the
 * thread pool, where bytes that `nextSync` waits for would be out of its reach; so only its opening, its configuring
 * and its poller serve here. A second, blocking descriptor of the same terminal lets `wait` sleep in the kernel.
 */
export class DescriptorTransport implements Transport {
  readonly canWait = true;
  private readonly port: DescriptorPort;
  private readonly descriptor: number;
  private readonly blockingDescriptor: number;
  private readonly events: TransportEvents;
  private readonly buffer = Buffer.allocUnsafe(READ_BYTES);
  private readonly sleeper = new Int32Array(new SharedArrayBuffer(4));
  private readonly unsent = new SendQueue();
  private broken: SequenceError | null = null;
  private isOver = false;
  private closing: Promise<void> | null = null;
  private probedMs = Number.NEGATIVE_INFINITY;

  constructor(port: DescriptorPort, events: TransportEvents) {
    this.port = port;
    this.descriptor = port.fd;
    this.events = events;
    this.blockingDescriptor = openSync(sameTerminal(port), constants.O_RDONLY | constants.O_NOCTTY);
    port.poller.on("readable", (error) => this.onPoll(error, () => this.readAvailable()));
    port.poller.on("writable", (error) => this.onPoll(error, () => this.drain()));
    port.poller.on("disconnect", (error) => this.onPoll(error, () => this.breakDown(disconnectedError())));
    this.listen();
  }

  get waitingBytes(): number {
    return this.unsent.bytes;
  }

  write(bytes: Uint8Array, length: number): boolean {
    if (this.isOver || this.broken !== null) return false;
    const written = this.unsent.isEmpty ? this.writeNow(bytes, 0, length) : 0;
    if (written === length) return true;
    const hasRoom = this.unsent.add(bytes, written, length);
    if (this.broken === null) this.listen();
    return hasRoom;
  }

  poll(): void {
    this.drain();
    this.readAvailable();
  }

  wait(atMostMs: number): void {
    if (this.isOver) return;
    if (this.broken !== null) this.reportBroken();
    else if (atMostMs >= BLOCKING_READ_MS && this.unsent.isEmpty) this.read(this.blockingDescriptor);
    else if (atMostMs > 0) Atomics.wait(this.sleeper, 0, 0, Math.min(atMostMs, SLICE_MS));
  }

  close(): Promise<void> {
    this.closing ??= this.release();
    return this.closing;
  }

  private async release(): Promise<void> {
    this.isOver = true;
    closeSync(this.blockingDescriptor);
    await this.port.close();
  }

  private onPoll(error: Error | null, handle: () => void): void {
    if (this.isOver) return;
    if (error !== null) {
      this.breakDown(disconnectedError(error));
      return;
    }
    handle();
    if (!this.isOver && this.broken === null) this.listen();
  }

  /** The poller forgets what it was asked for whenever it is asked anew, so it is told all of it each time. */
  private listen(): void {
    this.port.poller.poll(READABLE | DISCONNECT | (this.unsent.isEmpty ? 0 : WRITABLE));
  }

  private readAvailable(): void {
    for (let reads = 0; reads < READS_PER_TURN; reads += 1) {
      if (this.isOver) return;
      if (this.broken !== null) {
        this.reportBroken();
        return;
      }
      if (this.read(this.descriptor) < READ_BYTES) return;
    }
  }

  /** Reads once and hands on what came. @returns bytes read. */
  private read(descriptor: number): number {
    let length: number;
    try {
      length = readSync(descriptor, this.buffer, 0, READ_BYTES, null);
    } catch (error) {
      if (!isTemporary(error)) this.breakDown(disconnectedError(error));
      return 0;
    }
    if (length > 0) this.events.onBytes(this.buffer, 0, length);
    else this.probe();
    return length;
  }

  /**
   * Without VMIN, reading nothing can mean that there is nothing, or that the terminal is gone. Writing tells: a lone
   * delimiter, which is no frame. Not more often than a blocking read comes back, or it would flood the line.
   */
  private probe(): void {
    const nowMs = performance.now();
    if (nowMs - this.probedMs < BLOCKING_READ_MS || !this.unsent.isEmpty) return;
    this.probedMs = nowMs;
    this.writeNow(DELIMITER, 0, DELIMITER.length);
    if (this.broken !== null) this.reportBroken();
  }

  private drain(): void {
    this.unsent.drain((piece) => this.writeNow(piece, 0, piece.length));
  }

  /** @returns bytes written, which may be none. An error is reported later: whoever writes is in the midst of something. */
  private writeNow(bytes: Uint8Array, start: number, end: number): number {
    if (this.isOver || this.broken !== null) return 0;
    try {
      return writeSync(this.descriptor, bytes, start, end - start);
    } catch (error) {
      if (!isTemporary(error)) {
        this.broken = disconnectedError(error);
        process.nextTick(() => this.reportBroken());
      }
      return 0;
    }
  }

  private reportBroken(): void {
    if (this.broken !== null) this.breakDown(this.broken);
  }

  private breakDown(error: SequenceError): void {
    if (this.isOver) return;
    log("lost: %o", error.cause ?? error);
    this.close().catch((failure) =>
      log("close failed: %o", asSequenceError(failure, "PORT_FAILED", "close")),
    );
    this.events.onLost(error);
  }
}

const DELIMITER = new Uint8Array(1);

/** A path that leads to the very terminal of `port`, even where a link to it points elsewhere by now. */
function sameTerminal(port: DescriptorPort): string {
  return process.platform === "linux" ? `/proc/self/fd/${port.fd}` : port.openOptions.path;
}

function isTemporary(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "EAGAIN" || code === "EWOULDBLOCK" || code === "EINTR";
}
