import type { CheckResult, Deliveries } from "../checker/index.js";
import { describeViolation } from "../checker/index.js";
import type { HostReport } from "../hosts/host-process.js";
import { RecoveryTimes } from "../hosts/recovery-times.js";
import { classOf, expectedFromNs, type FaultRecord } from "./fault-log.js";

/** How long it took after the faults of one kind until numbers came again, in milliseconds. */
export interface RecoveryFigures {
  readonly cause: string;
  readonly count: number;
  /** At whichever host was first. */
  readonly anyHost: Distribution;
  /** At the last host whose card was not out itself; null where every card was. */
  readonly everyHost: Distribution | null;
}

export interface Distribution {
  readonly p50Ms: number;
  readonly maxMs: number;
}

/** What a soak came to, as `--json` prints it. */
export interface SoakResult {
  /** Whether P1 and P2 held, every record made sense, no card died by itself and every host was served at the end. */
  readonly held: boolean;
  readonly engine: string;
  readonly cards: number;
  readonly hosts: number;
  readonly callersEach: number;
  readonly seed: number;
  readonly seconds: number;
  /** Times of the rig that are not the usual ones, as options. */
  readonly timing: readonly string[];
  readonly delivered: number;
  readonly duplicates: number;
  readonly orderViolations: number;
  /** Numbers out of range, and records that make no sense. */
  readonly badRecords: number;
  readonly first: string;
  readonly last: string;
  /** Numbers between first and last that nobody got (P3), in how many gaps, and the longest. */
  readonly skipped: string;
  readonly gaps: number;
  readonly longestGap: string;
  readonly faults: number;
  /** Faults that hit the primary or the secondary. */
  readonly failovers: number;
  /** Views that the hosts were told of, after the first. */
  readonly viewChanges: number;
  readonly recovery: readonly RecoveryFigures[];
  readonly longestWaitMs: number;
  /** Planned changes that came about, and that were refused while a fault stood in the way. */
  readonly handovers: number;
  readonly refusedHandovers: number;
  /** Calls that ended with an error, by its code. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Hosts that got no number in the calm at the end. */
  readonly hostsNotServed: readonly number[];
  /** Cards that ended by themselves, and why. */
  readonly deaths: readonly string[];
  readonly violations: readonly string[];
  /** Where deliveries and faults were kept. */
  readonly evidence?: string;
}

export type SoakFigures = Pick<
  SoakResult,
  | "engine"
  | "cards"
  | "callersEach"
  | "seed"
  | "seconds"
  | "timing"
  | "viewChanges"
  | "hostsNotServed"
  | "deaths"
>;

/** @param reports of the hosts, in their order. */
export function summarizeSoak(
  figures: SoakFigures,
  deliveries: Deliveries,
  result: CheckResult,
  records: readonly FaultRecord[],
  reports: readonly HostReport[],
): SoakResult {
  const badRecords = result.rangeViolations + result.clockViolations;
  const isWell = figures.hostsNotServed.length === 0 && figures.deaths.length === 0;
  return {
    held: result.held && result.records > 0 && isWell,
    ...figures,
    hosts: reports.length,
    delivered: result.records,
    duplicates: result.duplicates,
    orderViolations: result.orderViolations,
    badRecords,
    first: `${result.first ?? "-"}`,
    last: `${result.last ?? "-"}`,
    skipped: `${result.missing}`,
    gaps: result.gaps,
    longestGap: `${result.longestGap}`,
    faults: records.length,
    failovers: records.filter((record) => /primary|secondary|power/.test(classOf(record))).length,
    recovery: measureRecovery(
      deliveries,
      records,
      reports.map(({ cardId }) => cardId),
    ),
    longestWaitMs: longestWaitMs(deliveries),
    handovers: reports.reduce((sum, { handovers }) => sum + handovers, 0),
    refusedHandovers: reports.reduce((sum, { refusedHandovers }) => sum + refusedHandovers, 0),
    rejected: sumRejected(reports),
    violations: result.examples.map(describeViolation),
  };
}

/** @param cardIds of the hosts, in their order. */
export function measureRecovery(
  deliveries: Deliveries,
  records: readonly FaultRecord[],
  cardIds: readonly number[],
): RecoveryFigures[] {
  const instants = records.flatMap((record) => [record.atNs, expectedFromNs(record), mendedNsOf(record)]);
  const times = new RecoveryTimes(deliveries, instants, cardIds.length);
  /** Whether this host's card was out itself, or not back yet, for some of the time that the host waited. */
  const isOut = (host: number, fromNs: bigint, waitMs: number): boolean =>
    records.some((record) => {
      const mendedNs = mendedNsOf(record);
      const backNs = Number(mendedNs) + times.at(mendedNs, host) * 1e6;
      const isHit = record.fault.kind !== "power" && record.cutOff.includes(cardIds[host - 1] as number);
      return isHit && Number(record.atNs) < Number(fromNs) + waitMs * 1e6 && backNs > Number(fromNs);
    });

  const waits = new Map<string, { any: number[]; every: number[] }>();
  for (const record of records) {
    const fromNs = expectedFromNs(record);
    const all = cardIds.map((_, index) => times.at(fromNs, index + 1));
    const fair = all.filter(
      (waitMs, index) => record.fault.kind === "power" || !isOut(index + 1, fromNs, waitMs),
    );
    const cause = classOf(record);
    const group = waits.get(cause) ?? { any: [], every: [] };
    waits.set(cause, group);
    group.any.push(Math.min(...all));
    if (fair.length > 0) group.every.push(Math.max(...fair));
  }
  return [...waits]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([cause, { any, every }]) => ({
      cause,
      count: any.length,
      anyHost: distributionOf(any),
      everyHost: every.length === 0 ? null : distributionOf(every),
    }));
}

function mendedNsOf({ atNs, mendedNs }: FaultRecord): bigint {
  return mendedNs ?? atNs;
}

function distributionOf(valuesMs: readonly number[]): Distribution {
  const sorted = [...valuesMs].sort((left, right) => left - right);
  const round = (ms: number | undefined): number => Math.round((ms ?? 0) * 100) / 100;
  return { p50Ms: round(sorted[Math.floor((sorted.length - 1) / 2)]), maxMs: round(sorted.at(-1)) };
}

function longestWaitMs({ deliveryTimesNs, length, requestTimesNs }: Deliveries): number {
  let longestNs = 0;
  for (let index = 0; index < length; index += 1) {
    longestNs = Math.max(longestNs, Number(deliveryTimesNs[index]) - Number(requestTimesNs[index]));
  }
  return Math.round(longestNs / 1e4) / 100;
}

function sumRejected(reports: readonly HostReport[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { rejected } of reports) {
    for (const [code, count] of Object.entries(rejected)) sum[code] = (sum[code] ?? 0) + count;
  }
  return sum;
}
