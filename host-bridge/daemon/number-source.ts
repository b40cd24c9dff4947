import type { CardIdentity } from "../card-identity.js";
import type { CardStatus } from "../card-status.js";
import type { SequenceError } from "../errors.js";
import type { FabricSurvey } from "../fabric-survey.js";
import type { NumberBlock } from "../sequence.js";
import type { View } from "../view.js";
import type { Regular } from "./rounds.js";

/** What somebody wants of the daemon: numbers in a row. Callbacks, as a promise for each would cost more than the number. */
export interface NumberOrder {
  /** 1 to `MAX_BLOCK_COUNT`. */
  readonly count: number;
  /** While the fabric gives no numbers: wait without an end, or be told NOT_READY at once. */
  readonly whenNotReady: "wait" | "reject";
  /** Who orders, where somebody may do so again as soon as he is served: others are kept for a moment to go with him. */
  readonly from?: Regular;
  /** Called once, with the first of the numbers, never from within `order`. The numbers are the caller's from then on. */
  onFirst(first: bigint): void;
  /**
   * Called once instead, and never from within `order`: BAD_COUNT, BUSY, NOT_READY, CARD_BLANK, EXHAUSTED,
   * STORAGE_FAILED, or CLOSED where the daemon ends.
   */
  onError(error: SequenceError): void;
}

/** An order that was placed. */
export interface NumberTicket {
  /** Whether neither callback was called yet, nor `cancel`. */
  readonly isOpen: boolean;
  /**
   * Nobody waits any more: neither callback is called after this. A number that is on its way is skipped, and counted.
   * Whoever has a deadline cancels when it is over: the source has none.
   */
  cancel(): void;
}

export interface PromisedOptions {
  /** "wait" by default. */
  readonly whenNotReady?: "wait" | "reject";
  /** Rejects with TIMEOUT after this, in milliseconds; 10,000 by default. */
  readonly timeoutMs?: number;
}

/** One card of this daemon. */
export interface CardView {
  /** The serial port. */
  readonly path: string;
  /** null before the card was heard for the first time. */
  readonly card: CardIdentity | null;
  /** "in-use": takes the orders. "ready": could. "not-ready": answers, and its fabric gives no numbers. */
  readonly state: "in-use" | "ready" | "not-ready" | "suspect" | "disconnected";
  readonly view: View | null;
  /** The newest number that the card holds as primary or secondary, 0n for none; from its mirror frames. */
  readonly held: bigint;
  /** Leaves orders unanswered, though it says that its fabric gives numbers. */
  readonly isSilent: boolean;
  /** Why the port could not be opened last; null while it is open. */
  readonly error: SequenceError | null;
  /** Asks the card about itself. Rejects with TIMEOUT or DISCONNECTED. */
  status(): Promise<CardStatus>;
  /** Has the card ask all cards of its fabric about themselves. Rejects as `status`. */
  survey(): Promise<FabricSurvey>;
}

/** What listeners may want to pass on at once. */
export interface NumberSourceEvents {
  /** The card in use, its view, or whether numbers can be had, has changed. */
  onChange?(): void;
}

/**
 * Where every listener of the daemon takes its numbers: orders of one moment travel in one block, whichever listener
 * and process they come from. An order joins a block that is asked for after it was placed, never one that is under
 * way, so each number is greater than all that were delivered anywhere before its order was placed.
 */
export interface NumberSource {
  /** Whether a number ordered now is likely to come. */
  readonly isReady: boolean;
  /** The view as the card in use told it last; null before it told any. */
  readonly view: View | null;
  /** Orders placed and not yet settled. */
  readonly openOrders: number;
  order(order: NumberOrder): NumberTicket;
  /** Nothing will be ordered by `regular` any more. */
  leave(regular: Regular): void;
  /** One number. Rejects as `NumberOrder.onError` says, and with TIMEOUT. */
  next(options?: PromisedOptions): Promise<bigint>;
  /** @param count 1 to `MAX_BLOCK_COUNT`. */
  nextBlock(count: number, options?: PromisedOptions): Promise<NumberBlock>;
  /** The newest number that this daemon knows to exist, 0n before any. Never goes down; costs no call. */
  latest(): bigint;
  /** All cards, in the order in which they were configured. */
  cards(): readonly CardView[];
  /** @returns what takes the subscription back. */
  subscribe(events: NumberSourceEvents): () => void;
}
