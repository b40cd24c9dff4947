import type { SequenceError } from "./errors.js";

/** Who is told what happens on a line. */
export interface TransportEvents {
  /** Received bytes `bytes[start..end)`, any piece of the stream; the memory is used again as soon as it returns. */
  onBytes(bytes: Uint8Array, start: number, end: number): void;
  /** The line broke. Nothing comes after this. */
  onLost(error: SequenceError): void;
}

/** A line of bytes to a card. */
export interface Transport {
  /** Whether `poll` and `wait` work: not where the platform hands bytes out by its event loop only. */
  readonly canWait: boolean;
  /** Bytes that were written and are not on the line yet; left out where nobody can tell. */
  readonly waitingBytes?: number;
  /**
   * Takes all of `bytes[0..length)` or nothing, and copies what it keeps. Never calls back.
   * @returns false where it has no room.
   */
  write(bytes: Uint8Array, length: number): boolean;
  /** Hands on what is there, without waiting. */
  poll(): void;
  /** Sleeps until bytes come, which it hands on, or until `atMostMs` are over. Blocks the thread. */
  wait(atMostMs: number): void;
  /** Gives everything back. Safe twice. */
  close(): Promise<void>;
}

/** Opens a line. Rejects with a coded error. */
export type OpenTransport = (events: TransportEvents) => Promise<Transport>;
