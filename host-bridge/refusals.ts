import {
  REFUSE_BLANK,
  REFUSE_BUSY,
  REFUSE_COLD,
  REFUSE_COUNT,
  REFUSE_EXHAUSTED,
  REFUSE_JOINING,
  REFUSE_NO_LEASE,
  REFUSE_NO_SECONDARY,
  REFUSE_NO_VIEW,
  REFUSE_NOT_PRIMARY,
  REFUSE_REMOVED,
  REFUSE_STORAGE,
  STATE_READY,
} from "../firmware/wire/frame-types.js";
import { NOT_READY_REASONS, type NotReadyReason, SequenceError } from "./errors.js";

interface NotReadyText {
  readonly reason: NotReadyReason;
  readonly message: string;
}

/** Refusals that pass: the fabric may well give the next number in a moment. */
const NOT_READY = new Map<number, NotReadyText>([
  [
    REFUSE_NO_VIEW,
    { reason: "no-view", message: "the card hears no primary; check its cables and the other cards" },
  ],
  [
    REFUSE_COLD,
    {
      reason: "cold-primary",
      message:
        "the primary was restarted and waits for a view change; see that a quorum of cards is connected",
    },
  ],
  [
    REFUSE_NO_LEASE,
    {
      reason: "no-lease",
      message: "the primary does not reach a quorum of the cards; check power and cables",
    },
  ],
  [
    REFUSE_NO_SECONDARY,
    {
      reason: "secondary-silent",
      message: "the secondary does not answer the primary; check its power and cables",
    },
  ],
  [
    REFUSE_NOT_PRIMARY,
    { reason: "not-primary", message: "the card's view is old; it will learn the new one" },
  ],
  [
    REFUSE_JOINING,
    {
      reason: "joining",
      message:
        "the card waits for its fabric: for all its cards to be initialised and connected (`seqcard init`), or to be taken in (`seqcard add` or `replace`)",
    },
  ],
  [
    REFUSE_BUSY,
    { reason: "card-busy", message: "the card has as many blocks open as it can hold; ask again" },
  ],
]);

/** What no card says of itself. */
export const CARD_SILENT_ADVICE =
  "the card leaves requests unanswered; see `seqcard status`, and restart the card if it stays";

/** Whether a refused block may be asked again. */
export function isPassing(code: number): boolean {
  return NOT_READY.has(code);
}

/** What a REFUSE_... code means for a caller. */
export function refusalError(code: number): SequenceError {
  const text = NOT_READY.get(code);
  if (text !== undefined) {
    return new SequenceError("NOT_READY", `no number can be had now: ${text.message}`, {
      reason: text.reason,
    });
  }
  switch (code) {
    case REFUSE_BLANK:
      return new SequenceError(
        "CARD_BLANK",
        "the card was never initialised; run `seqcard init` or call initialise()",
      );
    case REFUSE_REMOVED:
      return new SequenceError(
        "CARD_REMOVED",
        "the card was removed from its fabric; it may be added again under a new id (`seqcard add`)",
      );
    case REFUSE_EXHAUSTED:
      return new SequenceError("EXHAUSTED", "no number is left below 2^63; start a new fabric");
    case REFUSE_COUNT:
      return new SequenceError(
        "BAD_COUNT",
        "the card does not give blocks of that size; ask for fewer numbers",
      );
    case REFUSE_STORAGE:
      return new SequenceError("STORAGE_FAILED", "the card cannot read or write its flash; replace the card");
    default:
      return new SequenceError(
        "NOT_READY",
        `the card refused with the unknown code ${code}; update this package`,
      );
  }
}

/** @returns why a caller waits in this state, or null where numbers can be had. */
export function stateError(state: number): SequenceError | null {
  return state === STATE_READY ? null : refusalError(state);
}

/** @returns what to do about a state, or "" where there is nothing to do. */
export function stateAdvice(state: FabricState): string {
  if (state === "ready") return "";
  if (state === "card-silent") return CARD_SILENT_ADVICE;
  for (const { reason, message } of NOT_READY.values()) if (reason === state) return message;
  const code = OTHER_STATES.get(state);
  return code === undefined
    ? "the card is in a state that this package does not know; update it"
    : refusalError(code).message;
}

const OTHER_STATES = new Map<FabricState, number>([
  ["blank", REFUSE_BLANK],
  ["removed", REFUSE_REMOVED],
  ["exhausted", REFUSE_EXHAUSTED],
  ["storage-failed", REFUSE_STORAGE],
]);

/** States of the fabric as a card tells them: "ready", or why a request would be refused. */
export const FABRIC_STATES = [
  "ready",
  ...NOT_READY_REASONS,
  "blank",
  "removed",
  "exhausted",
  "storage-failed",
  "unknown",
] as const;
export type FabricState = (typeof FABRIC_STATES)[number];

/** @param state STATE_READY, or a REFUSE_... code. */
export function fabricState(state: number): FabricState {
  if (state === STATE_READY) return "ready";
  if (state === REFUSE_BLANK) return "blank";
  if (state === REFUSE_REMOVED) return "removed";
  if (state === REFUSE_EXHAUSTED) return "exhausted";
  if (state === REFUSE_STORAGE) return "storage-failed";
  return NOT_READY.get(state)?.reason ?? "unknown";
}
