import type { FrameBuffer } from "../firmware/wire/frame-buffer.js";
import type { CardIdentity } from "./card-identity.js";
import type { SequenceError } from "./errors.js";
import type { ViewChange } from "./view.js";

/** Everything a session is handed: it has no clock, no timer, no randomness and no port of its own. */
export interface SessionEnvironment {
  /** How long a card may take to answer HOST_OPEN. */
  readonly openTimeoutMs: number;
  /** Whether blocks that are refused in passing wait, or reject their callers. */
  readonly whenNotReady: "wait" | "reject";
  /** Takes a whole frame or nothing. The frame is used again as soon as it returns. Must not call back. */
  send(frame: FrameBuffer): boolean;
  /** 32 random bits. */
  random32(): number;
  /** The card answered HOST_OPEN. */
  onOpen(card: CardIdentity): void;
  /** What is on the line is no card that can be used. To be answered by `disconnect`. */
  onUnusable(error: SequenceError): void;
  onView(change: ViewChange): void;
  onReady(): void;
  /** A number exists: a card holds it, or it was delivered. */
  onNewest(number: bigint): void;
  /** Callers wait and a block could go: `flush` is to be called soon, when those just served had their turn. */
  onSpace(): void;
}
