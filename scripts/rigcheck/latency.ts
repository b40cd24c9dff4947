import type { Deliveries } from "../checker/index.js";
import { makeLatencyHistogram, recordLatency } from "../statistics/latency-histogram.js";
import type { CableGraph } from "./cable-graph.js";
import type { AnsweringPort } from "./rig-port.js";

/** How long a number takes at one host, while nobody else asks. */
export interface HostLatency {
  readonly card: number;
  /** Cables on its way: to the primary, to the secondary, and back. */
  readonly hops: number | undefined;
  readonly numbers: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly longestUs: number;
}

/** Takes `count` numbers one after the other. Rejects as `next` does. */
export async function measureLatency(
  { sequence, status }: AnsweringPort,
  graph: CableGraph,
  count: number,
  deliveries: Deliveries,
): Promise<HostLatency> {
  const histogram = makeLatencyHistogram();
  for (let taken = 0; taken < count; taken += 1) {
    const requestedAtNs = process.hrtime.bigint();
    const number = await sequence.next();
    const deliveredAtNs = process.hrtime.bigint();
    deliveries.append(status.card, 0, requestedAtNs, deliveredAtNs, number);
    recordLatency(histogram, Number(deliveredAtNs - requestedAtNs) / 1_000_000);
  }
  const { primary, secondary } = sequence.view ?? status;
  return {
    card: status.card,
    hops: wayOf(status.card, primary, secondary, graph),
    numbers: count,
    p50Us: histogram.getValueAtPercentile(50),
    p99Us: histogram.getValueAtPercentile(99),
    longestUs: histogram.maxValue,
  };
}

function wayOf(card: number, primary: number, secondary: number, graph: CableGraph): number | undefined {
  const parts = [graph.hops(card, primary), graph.hops(primary, secondary), graph.hops(secondary, card)];
  return parts.reduce((sum, hops) => (sum === undefined || hops === undefined ? undefined : sum + hops), 0);
}

/**
 * @returns what one more cable on the way costs, in microseconds: the slope of a straight line through the hosts' medians.
 * Undefined where all ways are equally long.
 */
export function latencyPerHop(hosts: readonly HostLatency[]): number | undefined {
  const points = hosts.flatMap(({ hops, p50Us }) => (hops === undefined ? [] : [{ hops, p50Us }]));
  const meanHops = points.reduce((sum, { hops }) => sum + hops, 0) / points.length;
  const meanUs = points.reduce((sum, { p50Us }) => sum + p50Us, 0) / points.length;
  const spread = points.reduce((sum, { hops }) => sum + (hops - meanHops) ** 2, 0);
  if (!(spread > 0)) return undefined;
  return points.reduce((sum, { hops, p50Us }) => sum + (hops - meanHops) * (p50Us - meanUs), 0) / spread;
}
