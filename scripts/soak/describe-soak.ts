import { formatCount } from "../text/quantities.js";
import type { Distribution, SoakResult } from "./soak-result.js";

/** @returns lines of text. */
export function describeSoak(result: SoakResult): string[] {
  const row = (name: string, value: string): string => `  ${name.padEnd(22)}${value}`;
  const promise = (name: string, count: number, what: string): string =>
    row(name, `${formatCount(count)} ${what}${count === 0 ? "" : "   BROKEN"}`);
  const rejected = Object.entries(result.rejected).map(([code, count]) => `${formatCount(count)} ${code}`);
  return [
    row("numbers delivered", `${formatCount(result.delivered)}, from ${result.first} to ${result.last}`),
    promise("P1 unique", result.duplicates, "duplicates"),
    promise("P2 real-time order", result.orderViolations, "order violations"),
    row(
      "P3 skipped",
      `${result.skipped} numbers in ${formatCount(result.gaps)} gaps, the longest ${result.longestGap}`,
    ),
    ...(result.badRecords > 0 ? [row("records", `${result.badRecords} make no sense   BROKEN`)] : []),
    row("faults", `${result.faults}; ${result.failovers} hit a role; ${result.viewChanges} view changes`),
    row("handovers", `${result.handovers} done, ${result.refusedHandovers} refused`),
    row("longest wait", `${result.longestWaitMs} ms`),
    row("calls rejected", rejected.join(", ") || "none"),
    row("timing", result.timing.join(" ") || "the usual"),
    row("seed", `${result.seed}`),
    ...describeRecovery(result),
    ...result.deaths.map((death) => `  ${death}   BROKEN`),
    ...result.hostsNotServed.map(
      (host) => `  Host ${host} got no number again after the last fault.   BROKEN`,
    ),
    ...result.violations.map((violation) => `  ${violation}`),
    ...(result.evidence === undefined ? [] : [row("kept", result.evidence)]),
    "",
    result.held ? "All held." : "NOT ALL HELD.",
  ];
}

function describeRecovery({ recovery }: SoakResult): string[] {
  if (recovery.length === 0) return [];
  const column = (figures: Distribution | null): string =>
    figures === null ? "-".padStart(12).repeat(2) : `${inMs(figures.p50Ms)}${inMs(figures.maxMs)}`;
  return [
    "",
    "  Time to the next number that was asked for after it",
    `  ${"".padEnd(22)}${"".padStart(7)}${"at any host".padStart(24)}${"at every host".padStart(24)}`,
    `  ${"".padEnd(22)}${"times".padStart(7)}${"p50".padStart(12)}${"max".padStart(12)}${"p50".padStart(12)}${"max".padStart(12)}`,
    ...recovery.map(
      ({ cause, count, anyHost, everyHost }) =>
        `  ${cause.padEnd(22)}${`${count}`.padStart(7)}${column(anyHost)}${column(everyHost)}`,
    ),
    "",
  ];
}

function inMs(value: number): string {
  return `${value.toFixed(1)} ms`.padStart(12);
}
