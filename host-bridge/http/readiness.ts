import type { NumberSource } from "../daemon/number-source.js";
import { stateAdvice } from "../refusals.js";

/** Why no numbers can be had. */
export interface NotReady {
  /** A state of the fabric, "no-card", or "card-silent". */
  readonly reason: string;
  readonly advice: string;
}

/** @returns null where numbers can be had. */
export function notReadyAdvice(numbers: NumberSource): NotReady | null {
  if (numbers.isReady) return null;
  const cards = numbers.cards();
  if (cards.some((card) => card.state === "in-use" && card.isSilent)) {
    return { reason: "card-silent", advice: stateAdvice("card-silent") };
  }
  const answering = cards.filter(({ state }) => state !== "disconnected");
  const state = numbers.view?.state;
  if (answering.length === 0 || state === undefined || state === "ready") {
    return { reason: "no-card", advice: "no card of this daemon answers; plug one in" };
  }
  return { reason: state, advice: stateAdvice(state) };
}
