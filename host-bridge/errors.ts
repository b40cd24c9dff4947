/** Every code that an error of this package can have. They are stable: programs may decide by them. */
export type SequenceErrorCode =
  /** No device has that path. */
  | "PORT_NOT_FOUND"
  /** Another process has the device open. */
  | "PORT_BUSY"
  /** The user may not open the device. */
  | "PORT_DENIED"
  /** The device broke down while it was opened, or the computer's ports cannot be listed. */
  | "PORT_FAILED"
  /** Whatever is there does not answer as a card does. */
  | "NOT_A_CARD"
  /** A card whose firmware, or a bridge of NATS that, speaks another version of the protocol. */
  | "WRONG_VERSION"
  /** After an unplug, a card of another fabric came back: its numbers must not be mixed with these. */
  | "WRONG_FABRIC"
  /** The card was never initialised. */
  | "CARD_BLANK"
  /** The card is initialised already. */
  | "CARD_NOT_BLANK"
  /** The card was removed from its fabric. */
  | "CARD_REMOVED"
  | "BAD_MEMBERS"
  | "BAD_FIRST"
  | "BAD_FABRIC"
  /** A count that is no whole number from 1 to `MAX_BLOCK_COUNT`. */
  | "BAD_COUNT"
  /** An option or a command line that makes no sense. */
  | "BAD_OPTION"
  /** The fabric cannot give numbers right now; `reason` says why. */
  | "NOT_READY"
  /** A seed can only raise, and numbers above it were handed out already. */
  | "SEED_TOO_LOW"
  /** The id of a new card was used in this fabric before. */
  | "ID_USED"
  /** The fabric has as many members as it can have. */
  | "LIST_FULL"
  /** Too few of the cards that answer would be left for the change that was asked for. */
  | "NO_QUORUM"
  /** The new card does not answer the others. */
  | "NOT_HEARD"
  /** The card is primary, and cannot be taken out while it is. */
  | "IS_PRIMARY"
  /** The card is the last one with a vote. */
  | "LAST_CARD"
  /** Recovery is for a fabric that has lost its quorum, and this one has not. */
  | "QUORUM_LIVES"
  /** The operator did not agree. */
  | "NOT_CONFIRMED"
  /** A planned view change did not come about. */
  | "CHANGE_FAILED"
  /** More calls wait than this process should hold. */
  | "BUSY"
  /** No number is left below 2^63. */
  | "EXHAUSTED"
  | "TIMEOUT"
  /** The card is unplugged, or its line broke. */
  | "DISCONNECTED"
  | "CLOSED"
  /** The signal that was handed in was aborted. */
  | "ABORTED"
  /** This platform cannot wait for a port without its event loop. */
  | "SYNC_UNSUPPORTED"
  /** The card's flash does not work. */
  | "STORAGE_FAILED"
  /** No daemon listens at that socket. */
  | "DAEMON_NOT_RUNNING"
  /** The user may not use the daemon's socket. */
  | "DAEMON_DENIED"
  /** Whatever listens at the socket, or answers by NATS, does not answer as a daemon does. */
  | "DAEMON_SILENT"
  /** Another daemon listens at the socket already. */
  | "SOCKET_IN_USE"
  /** The socket cannot be made there: another file is in the way, or others may write to its directory. */
  | "SOCKET_FAILED"
  /** No NATS server answers there. */
  | "NATS_UNREACHABLE"
  /** The NATS server does not let this program in. */
  | "NATS_DENIED"
  /** What would change something does not travel by NATS; or the bridges there are too old for the question. */
  | "NOT_CARRIED"
  /** The daemon cannot listen at the address for HTTP. */
  | "HTTP_FAILED"
  /** The configuration of the daemon makes no sense, or cannot be read. */
  | "BAD_CONFIG"
  /** The file is no mirror of numbers, or cannot be read. */
  | "BAD_MIRROR";

/** Why a fabric gives no numbers: the reasons of a NOT_READY. */
export const NOT_READY_REASONS = [
  "no-view",
  "cold-primary",
  "no-lease",
  "secondary-silent",
  "not-primary",
  "joining",
  "card-busy",
  /** The daemon's card says that numbers can be had, and answers no request. */
  "card-silent",
] as const;
export type NotReadyReason = (typeof NOT_READY_REASONS)[number];

export interface SequenceErrorOptions {
  readonly cause?: unknown;
  readonly reason?: NotReadyReason;
}

/** The one class of errors of this package. The message says what happened, and then what to do. */
export class SequenceError extends Error {
  override readonly name = "SequenceError";
  readonly code: SequenceErrorCode;
  /** Set where the code is NOT_READY, or TIMEOUT as the fabric was not ready. */
  readonly reason: NotReadyReason | undefined;

  constructor(code: SequenceErrorCode, message: string, options: SequenceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = options.reason;
  }
}

/** Turns whatever was thrown into a `SequenceError`. */
export function asSequenceError(thrown: unknown, code: SequenceErrorCode, message: string): SequenceError {
  if (thrown instanceof SequenceError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new SequenceError(code, `${message}: ${detail}`, { cause: thrown });
}
