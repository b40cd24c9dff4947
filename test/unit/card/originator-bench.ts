import { CardBench } from "../../support/card-bench.js";
import type { CardBenchOptions } from "../../support/card-bench-options.js";

/** Card 3, a member without a role that has heard a beacon: what its host asks for goes to another card. */
export function ready(options: CardBenchOptions = {}): CardBench {
  const bench = new CardBench({ cardId: 3, ...options });
  bench.beacon({ ceiling: 1n });
  return bench;
}

/** The id of the newest request that the bench's card has sent to its primary, 0 where there is none. */
export function newestId(bench: CardBench): number {
  return bench.sent.requests().at(-1)?.fields.requestId ?? 0;
}
