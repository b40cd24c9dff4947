import { type CheckResult, describeViolation } from "../checker/index.js";
import { formatCount, formatLatency } from "../text/quantities.js";
import type { Recovery } from "./plugs.js";

/** What a demonstration came to, as `--json` prints it. */
export interface Summary {
  /** Whether every promise held and enough numbers were taken. */
  readonly held: boolean;
  readonly engine: string;
  readonly hosts: number;
  readonly callersEach: number;
  readonly numbers: number;
  readonly leastNumbers: number;
  /** Under load, not counting what was taken one at a time. */
  readonly numbersPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly duplicates: number;
  readonly orderViolations: number;
  /** Numbers out of range, and records that make no sense. */
  readonly badRecords: number;
  readonly first: string;
  readonly last: string;
  readonly missing: string;
  readonly gaps: number;
  readonly longestGap: string;
  /** How long it took until numbers came again, for each plug that was pulled. */
  readonly recoveries: readonly Recovery[];
  /** Calls that ended with an error instead of a number. */
  readonly rejected: number;
  /** The first violations in plain words. */
  readonly violations: readonly string[];
}

/** What the summary takes from the run itself. */
export type RunFigures = Pick<
  Summary,
  | "engine"
  | "hosts"
  | "callersEach"
  | "leastNumbers"
  | "numbersPerSecond"
  | "p50Us"
  | "p99Us"
  | "recoveries"
  | "rejected"
>;

export function summarize(figures: RunFigures, result: CheckResult, tornBytes: number): Summary {
  const badRecords = result.rangeViolations + result.clockViolations + (tornBytes > 0 ? 1 : 0);
  const isServed = figures.recoveries.every(({ everyHostUs }) => everyHostUs !== null);
  return {
    held: result.held && badRecords === 0 && isServed && result.records >= figures.leastNumbers,
    ...figures,
    numbers: result.records,
    duplicates: result.duplicates,
    orderViolations: result.orderViolations,
    badRecords,
    first: `${result.first ?? "-"}`,
    last: `${result.last ?? "-"}`,
    missing: `${result.missing}`,
    gaps: result.gaps,
    longestGap: `${result.longestGap}`,
    violations: result.examples.map(describeViolation),
  };
}

/** @returns lines of text. */
export function drawSummary(summary: Summary): string[] {
  const row = (name: string, value: string): string => `  ${name.padEnd(22)}${value}`;
  const promise = (name: string, violations: number, what: string): string =>
    row(name, `${formatCount(violations)} ${what}${violations === 0 ? "" : "   BROKEN"}`);
  const enough = summary.numbers >= summary.leastNumbers;
  return [
    row("numbers taken", `${formatCount(summary.numbers)}, from ${summary.first} to ${summary.last}`),
    row("under load", `${formatCount(summary.numbersPerSecond)} numbers/s`),
    row("latency", `p50 ${formatLatency(summary.p50Us)}, p99 ${formatLatency(summary.p99Us)}`),
    promise("P1 unique", summary.duplicates, "duplicates"),
    promise("P2 real-time order", summary.orderViolations, "order violations"),
    row(
      "P3 gaps",
      `${formatCount(summary.gaps)}, ${summary.missing} numbers missing, ${summary.longestGap} of them in a row`,
    ),
    row("calls rejected", formatCount(summary.rejected)),
    ...summary.recoveries.flatMap(({ what, everyHostUs }) =>
      everyHostUs === null ? [row("not served again", `${what}   BROKEN`)] : [],
    ),
    ...(summary.badRecords > 0 ? [row("records", `${summary.badRecords} make no sense   BROKEN`)] : []),
    ...(enough ? [] : [row("too few", `at least ${formatCount(summary.leastNumbers)} were to be taken`)]),
    ...summary.violations.map((violation) => `  ${violation}`),
    "",
    summary.held ? "All held." : "NOT ALL HELD.",
  ];
}
