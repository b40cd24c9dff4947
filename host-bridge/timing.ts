/** Times of the host bridge in milliseconds, all in one place. */

/** HOST_OPEN is repeated this often: a card may be in the middle of its boot, and its first bytes may be lost. */
export const OPEN_REPEAT_MS = 50;
/** A device that has not answered HOST_OPEN for this long is no card. */
export const DEFAULT_OPEN_TIMEOUT_MS = 2_000;
/** A silent card is asked again, with the same tag. Longer than any answer of a card that has a view takes. */
export const SILENT_RETRY_MS = 250;
/** A block that was refused in passing is asked again, should the news of a ready view be lost. */
export const NOT_READY_RETRY_MS = 20;
/** Default time that a call may take. */
export const DEFAULT_CALL_TIMEOUT_MS = 10_000;
/** How long `close` waits for what is in flight. */
export const CLOSE_GRACE_MS = 1_000;
/** First and longest pause between two attempts to open a lost port again. */
export const RECONNECT_FIRST_MS = 20;
export const RECONNECT_LONGEST_MS = 1_000;
/** How long `nextSync` may spin before it sleeps, in microseconds. */
export const DEFAULT_SPIN_US = 200;
/** Calls that may wait for a block at once; more are refused, as memory is finite. */
export const MAX_WAITING_CALLERS = 1_000_000;
