import {
  REFUSE_BLANK,
  REFUSE_BUSY,
  REFUSE_COLD,
  REFUSE_COUNT,
  REFUSE_EXHAUSTED,
  REFUSE_NO_LEASE,
  REFUSE_NO_SECONDARY,
  REFUSE_NO_VIEW,
  REFUSE_NOT_PRIMARY,
  REFUSE_STORAGE,
} from "../../firmware/wire/frame-types.js";
import { type NotReadyReason, SequenceError } from "../errors.js";
import { disconnectedError } from "../session-errors.js";
import type { CardPort } from "./card-port.js";

const CODES_OF_REASONS: Readonly<Record<NotReadyReason, number>> = {
  "no-view": REFUSE_NO_VIEW,
  "cold-primary": REFUSE_COLD,
  "no-lease": REFUSE_NO_LEASE,
  "secondary-silent": REFUSE_NO_SECONDARY,
  "not-primary": REFUSE_NOT_PRIMARY,
  "card-busy": REFUSE_BUSY,
};

/**
 * Why a card cannot serve just now, and will by itself.
 * @param card null where none was heard yet.
 * @returns null where it can serve, or will refuse for good: that is the card's to say.
 */
export function notReadyError(card: CardPort | null): SequenceError | null {
  const state = card?.view?.state;
  if (card === null || !card.isOpen) {
    const cause = card?.error ?? disconnectedError();
    const message = `no number can be had now: no card is connected; ${cause.message}`;
    return new SequenceError("NOT_READY", message, { cause, reason: "no-view" });
  }
  if (card.isReady || (state !== undefined && !isPassingState(state))) return null;
  const reason = state ?? "no-view";
  return new SequenceError(
    "NOT_READY",
    `no number can be had now: the card says ${reason}; see \`seqcard status\``,
    { reason },
  );
}

function isPassingState(state: string): state is NotReadyReason {
  return state in CODES_OF_REASONS;
}

/** What a card would have said: the REFUSE_... code of an error that ended an order. */
export function refusalCode(error: SequenceError): number {
  switch (error.code) {
    case "CARD_BLANK":
      return REFUSE_BLANK;
    case "EXHAUSTED":
      return REFUSE_EXHAUSTED;
    case "BAD_COUNT":
      return REFUSE_COUNT;
    case "STORAGE_FAILED":
      return REFUSE_STORAGE;
    case "BUSY":
      return REFUSE_BUSY;
    default:
      return CODES_OF_REASONS[error.reason ?? "no-view"];
  }
}
