import { readSync, writeSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import debug from "debug";
import { WISH_REJECT, wishBytes } from "./daemon/daemon-frames.js";
import { SequenceError } from "./errors.js";
import { NapSchedule } from "./nap-schedule.js";
import { SendQueue } from "./send-queue.js";
import { type DescriptorHandle, descriptorOf, isTemporary } from "./socket-descriptor.js";
import type { Transport, TransportEvents } from "./transport.js";

const log = debug("seqcard:transport");
const READ_BYTES = 65_536;
const READS_PER_TURN = 16;
/** How long a socket that takes no bytes is left alone. */
const RETRY_WRITE_MS = 1;

/** How often a daemon is tried whose queue of new connections is full, before it counts as one that cannot be reached. */
const TRIES_WHILE_FULL = 100;
const TRY_AGAIN_MS = 20;

/**
 * Connects to a daemon's Unix socket. Where very many do so at once, it waits for its turn.
 * Rejects with DAEMON_NOT_RUNNING, DAEMON_DENIED or PORT_FAILED.
 */
export async function openSocketTransport(
  path: string,
  whenNotReady: "wait" | "reject",
  events: TransportEvents,
): Promise<Transport> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await connectTo(path, whenNotReady, events);
    } catch (thrown) {
      const error = thrown as NodeJS.ErrnoException;
      if (error.code !== "EAGAIN" || tries === TRIES_WHILE_FULL) throw connectError(path, error);
      await sleep(TRY_AGAIN_MS);
    }
  }
}

/** Rejects with what the system says. */
function connectTo(
  path: string,
  whenNotReady: "wait" | "reject",
  events: TransportEvents,
): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let transport: SocketTransport | null = null;
    const socket = connect({
      path,
      onread: {
        buffer,
        callback: (length) => {
          transport?.take(buffer, length);
          return true;
        },
      },
    });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      transport = new SocketTransport(socket, events);
      const wishes = whenNotReady === "reject" ? WISH_REJECT : 0;
      transport.wish(wishes);
      resolve(transport);
    });
  });
}

/**
 * A connection to the daemon. Like a serial port it is read and written in the calling thread, by its descriptor:
 * what `nextSync` waits for must not lie in a buffer of the event loop's.
 */
class SocketTransport implements Transport {
  readonly canWait: boolean;
  private readonly socket: Socket;
  private readonly handle: DescriptorHandle | null;
  private readonly events: TransportEvents;
  private readonly buffer = Buffer.allocUnsafe(READ_BYTES);
  private readonly sleeper = new Int32Array(new SharedArrayBuffer(4));
  private readonly unsent = new SendQueue();
  private readonly naps = new NapSchedule();
  private retryTimer: NodeJS.Timeout | null = null;
  private broken: SequenceError | null = null;
  private isOver = false;

  constructor(socket: Socket, events: TransportEvents) {
    this.socket = socket;
    this.events = events;
    this.handle = descriptorOf(socket);
    this.canWait = this.handle !== null;
    socket.on("error", (error) => this.breakDown(lostError(error)));
    socket.on("close", () => this.breakDown(lostError()));
  }

  /** Tells the daemon how to serve this connection. */
  wish(wishes: number): void {
    const bytes = wishBytes(wishes);
    this.write(bytes, bytes.length);
  }

  take(bytes: Uint8Array, length: number): void {
    this.naps.forget();
    if (!this.isOver) this.events.onBytes(bytes, 0, length);
  }

  get waitingBytes(): number {
    return this.unsent.bytes;
  }

  write(bytes: Uint8Array, length: number): boolean {
    if (this.isOver || this.broken !== null) return false;
    if (this.handle === null) {
      this.socket.write(Buffer.from(bytes.subarray(0, length)));
      return true;
    }
    const written = this.unsent.isEmpty ? this.writeNow(bytes, 0, length) : 0;
    if (written === length) return true;
    const hasRoom = this.unsent.add(bytes, written, length);
    this.retryLater();
    return hasRoom;
  }

  poll(): void {
    this.drain();
    for (let reads = 0; reads < READS_PER_TURN && !this.isOver; reads += 1) {
      if (this.broken !== null) this.breakDown(this.broken);
      else if (this.read() < READ_BYTES) return;
    }
  }

  /**
   * In naps, and not in a read: that would have no end of its own, and a daemon that is stopped would keep the caller
   * beyond its time.
   */
  wait(atMostMs: number): void {
    if (this.isOver) return;
    if (this.broken !== null) this.breakDown(this.broken);
    else if (atMostMs > 0) Atomics.wait(this.sleeper, 0, 0, this.naps.next(performance.now(), atMostMs));
  }

  async close(): Promise<void> {
    this.isOver = true;
    if (this.retryTimer !== null) clearTimeout(this.retryTimer);
    if (this.socket.destroyed) return;
    // What was written last, the word that the session is over, is in the socket's own buffer by now.
    const closed = new Promise<void>((resolve) => this.socket.once("close", () => resolve()));
    this.socket.destroy();
    await closed;
  }

  /** Reads once and hands on what came. @returns bytes read. */
  private read(): number {
    if (this.handle === null) return 0;
    let length: number;
    try {
      length = readSync(this.handle.fd, this.buffer, 0, READ_BYTES, null);
    } catch (error) {
      if (!isTemporary(error)) this.breakDown(lostError(error));
      return 0;
    }
    if (length === 0) this.breakDown(lostError());
    else {
      this.naps.end(performance.now());
      this.events.onBytes(this.buffer, 0, length);
    }
    return length;
  }

  private drain(): void {
    this.unsent.drain((piece) => this.writeNow(piece, 0, piece.length));
  }

  private retryLater(): void {
    this.retryTimer ??= setTimeout(() => {
      this.retryTimer = null;
      this.drain();
      if (!this.isOver && !this.unsent.isEmpty) this.retryLater();
    }, RETRY_WRITE_MS);
  }

  /** @returns bytes written, which may be none. An error is reported later: whoever writes is in the midst of something. */
  private writeNow(bytes: Uint8Array, start: number, end: number): number {
    if (this.handle === null || this.isOver || this.broken !== null) return 0;
    try {
      return writeSync(this.handle.fd, bytes, start, end - start);
    } catch (error) {
      if (isTemporary(error)) return 0;
      const broken = lostError(error);
      this.broken = broken;
      process.nextTick(() => this.breakDown(broken));
      return 0;
    }
  }

  private breakDown(error: SequenceError): void {
    if (this.isOver) return;
    log("lost: %o", error.cause ?? error);
    this.isOver = true;
    if (this.retryTimer !== null) clearTimeout(this.retryTimer);
    this.socket.destroy();
    this.events.onLost(error);
  }
}

function lostError(cause?: unknown): SequenceError {
  return new SequenceError(
    "DISCONNECTED",
    "the connection to the daemon is broken; see that `seqcard serve` runs",
    { cause },
  );
}

function connectError(path: string, error: NodeJS.ErrnoException): SequenceError {
  switch (error.code) {
    case "ENOENT":
    case "ECONNREFUSED":
    case "ENOTSOCK":
      return new SequenceError(
        "DAEMON_NOT_RUNNING",
        `no daemon listens at ${path}; start one with \`seqcard serve\`, or name its socket`,
        { cause: error },
      );
    case "EACCES":
    case "EPERM":
      return new SequenceError(
        "DAEMON_DENIED",
        `you may not use ${path}; run as the daemon's user, or have it serve your group (\`seqcard serve --group\`)`,
        { cause: error },
      );
    default:
      return new SequenceError("PORT_FAILED", `cannot connect to ${path}: ${error.message}`, {
        cause: error,
      });
  }
}
