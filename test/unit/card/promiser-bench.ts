import { PersistentState } from "../../../firmware/card/persistent-state.js";
import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { CardBench } from "../../support/card-bench.js";
import type { CardBenchOptions } from "../../support/card-bench-options.js";

export const LEASE_US = DEFAULT_TIMING.leaseUs;
/** Round 2, made by card 3. */
export const VIEW = 0x203;

/** Lets `us` pass. What comes next comes before the card looks at its clock: it would begin a change itself. */
export function pass(bench: CardBench, us: number): void {
  bench.advance(us - 1);
  bench.nowUs += 1;
}

/** A card that was started, and heard its primary, a lease ago. */
export function quiet(cardId: number, options: CardBenchOptions = {}): CardBench {
  const bench = new CardBench({ cardId, ...options });
  bench.beacon({ ceiling: options.first ?? 1n });
  pass(bench, LEASE_US);
  bench.sent.clear();
  return bench;
}

export function inFlash(bench: CardBench): PersistentState {
  const state = new PersistentState(bench.storage);
  state.load();
  return state;
}
