import { DEFAULT_TIMING } from "../../firmware/wire/constants.js";
import { CardBench } from "./card-bench.js";
import type { CardBenchOptions } from "./card-bench-options.js";
import { toBigInt } from "./layout.js";

/** A bench whose card 1 is primary and has its lease: `acking` have acknowledged its beacon of 10 ms. */
export function leasedPrimary(options: CardBenchOptions = {}, acking: readonly number[] = [2, 3]): CardBench {
  const bench = new CardBench(options);
  bench.advance(DEFAULT_TIMING.beaconUs);
  for (const card of acking) bench.ack(card);
  return bench;
}

/** The first numbers of the blocks that the bench's primary has assigned, in order. */
export function firstsAssigned(bench: CardBench): bigint[] {
  return bench.sent.stores().map(({ fields }) => toBigInt(fields.first));
}

/** What the bench's card has refused: to whom, which request, why. */
export function refusalsSent(bench: CardBench): number[][] {
  return bench.sent.refusals().map(({ to, fields }) => [to, fields.requestId, fields.code]);
}
