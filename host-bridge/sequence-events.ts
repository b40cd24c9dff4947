import type { CardIdentity } from "./card-identity.js";
import type { SequenceError } from "./errors.js";
import type { ViewChange } from "./view.js";

/** The events of a `Sequence`. None is emitted from within a call. */
export interface SequenceEvents {
  /** Numbers can be had: at first, and after each time that they could not. */
  ready: [];
  /** The card knows a new view, or gives numbers no longer, or again. */
  view: [change: ViewChange];
  /** The line to the card broke. */
  disconnect: [error: SequenceError];
  /** The card is there again. */
  reconnect: [card: CardIdentity];
  /** The card cannot be had back without help. Nothing happens where nobody listens. */
  error: [error: SequenceError];
}
