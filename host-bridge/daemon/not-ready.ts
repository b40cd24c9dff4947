import { REFUSE_BUSY, REFUSE_NO_VIEW } from "../../firmware/wire/frame-types.js";
import { type NotReadyReason, SequenceError } from "../errors.js";
import { CARD_SILENT_ADVICE, fabricState, isPassing, refusalError } from "../refusals.js";
import { disconnectedError } from "../session-errors.js";
import type { CardPort } from "./card-port.js";

/** Codes of a byte: what the wire may have beyond those that are known is nobody's. */
const CODES = Array.from({ length: 256 }, (_, code) => code);
const CODES_OF_REASONS: ReadonlyMap<string, number> = new Map(
  CODES.filter(isPassing).map((code) => [fabricState(code), code]),
);

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
  if (card.isReady && card.isSilent) {
    return new SequenceError("NOT_READY", `no number can be had now: ${CARD_SILENT_ADVICE}`, {
      reason: "card-silent",
    });
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
  return CODES_OF_REASONS.has(state);
}

/** What a card would have said: the REFUSE_... code of an error that ended an order. */
export function refusalCode(error: SequenceError): number {
  if (error.code === "BUSY") return REFUSE_BUSY;
  if (error.code === "NOT_READY") return CODES_OF_REASONS.get(error.reason ?? "no-view") ?? REFUSE_NO_VIEW;
  return CODES.find((code) => refusalError(code).code === error.code) ?? REFUSE_NO_VIEW;
}
