import { PersistentState } from "../../../firmware/card/persistent-state.js";
import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { CardBench } from "../../support/card-bench.js";
import type { CardBenchOptions } from "../../support/card-bench-options.js";
import { toBigInt } from "../../support/layout.js";

export const { leaseUs: LEASE_US, prepareUs: PREPARE_US, choiceUs: CHOICE_US } = DEFAULT_TIMING;
/** Who is silent is asked, and told, again after this long. */
export const AGAIN_US: number = 2 * PREPARE_US;
/** The first view that card 2 makes, and the first of card 3. */
export const VIEW_OF_2 = 0x202;
export const VIEW_OF_3 = 0x203;
export const FIVE = [1, 2, 3, 4, 5].map((card) => [card, 1] as const);

/** A card that has just noticed that its primary is silent, and has asked for promises: cards 2 and 3 can. */
export function leading(cardId: 2 | 3, options: CardBenchOptions = {}): CardBench {
  const bench = new CardBench({ cardId, ...options });
  bench.beacon({ ceiling: (options.first ?? 1n) + 1000n });
  if (cardId === 2) bench.store(1, { count: 20, originator: 3 });
  bench.sent.clear();
  bench.advance(LEASE_US + (cardId === 2 ? 0 : 4 * DEFAULT_TIMING.rankStepUs - DEFAULT_TIMING.rankStepUs));
  return bench;
}

export function inFlash(bench: CardBench): PersistentState {
  const state = new PersistentState(bench.storage);
  state.load();
  return state;
}

/** Whom the card asked, when, for which view. */
export function asked(bench: CardBench): number[][] {
  return bench.sent.prepares().map(({ to, fields, atUs }) => [to, fields.view, atUs]);
}

/** The views announced, but for the first one, which goes in front of each PREPARE: to whom, primary, secondary, base. */
export function announced(bench: CardBench): unknown[][] {
  return bench.sent
    .accepts()
    .filter(({ fields }) => fields.view !== bench.view)
    .map(({ to, fields }) => [to, fields.primary, fields.secondary, toBigInt(fields.base)]);
}
