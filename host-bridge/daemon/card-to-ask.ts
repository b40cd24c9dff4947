import type { CardView } from "./number-source.js";

/** @returns the card that can tell most about the fabric: the one in use, else any that answers. */
export function cardToAsk(cards: readonly CardView[]): CardView | undefined {
  return cards.find(({ state }) => state === "in-use") ?? cards.find(({ state }) => state !== "disconnected");
}
