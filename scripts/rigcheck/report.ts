import { hexadecimal } from "../../host-bridge/session-errors.js";
import { formatCount, formatLatency } from "../text/quantities.js";
import type { BaudWay } from "./baud-run.js";
import { cableName, isWhole } from "./cable-ends.js";
import type { Finding } from "./finding.js";
import type { CheckedPort, RigCheckResult } from "./rig-check.js";

/** Whether anything was found that makes the check fail. */
export function hasFailed({ findings }: Pick<RigCheckResult, "findings">): boolean {
  return findings.some(({ severity }) => severity === "error");
}

/** The whole check as a page of Markdown: verdict, what to do, then all figures. */
export function markdownReport(result: RigCheckResult, takenAt: Date): string {
  return [
    "# Rig check",
    `Taken at ${takenAt.toISOString()}. Fabric ${result.fabricId === 0 ? "none" : hexadecimal(result.fabricId)}.`,
    `**Verdict: ${verdict(result)}**`,
    section("What was found", findingLines(result.findings)),
    section("Cards", cardTable(result.ports)),
    section("Cables", cableSection(result)),
    section("Echoes", echoSection(result)),
    section("Other rates", baudSection(result)),
    section("Latency", latencySection(result)),
    section("Failover", failoverSection(result)),
    section("Every number", promiseSection(result)),
  ]
    .join("\n\n")
    .concat("\n");
}

export function verdict({ findings }: Pick<RigCheckResult, "findings">): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  const rest = warnings === 0 ? "" : `, ${count(warnings, "warning")}`;
  return errors === 0 ? `passed${rest}` : `failed, ${count(errors, "error")}${rest}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

function findingLines(findings: readonly Finding[]): string {
  if (findings.length === 0) return "Nothing is wrong.";
  return findings
    .map(({ severity, code, text, advice }) => `- **${severity} ${code}** ${escapeCell(text)} ${advice}`)
    .join("\n");
}

function cardTable(ports: readonly CheckedPort[]): string {
  return table(
    ["port", "card", "fabric", "chip", "firmware", "state"],
    ports.map(({ path, card, fabricId, chipId, firmware, state }) => [
      path,
      card === 0 ? "-" : `${card}`,
      fabricId === 0 ? "-" : hexadecimal(fabricId),
      chipId === 0n ? "-" : chipId.toString(16).padStart(16, "0"),
      firmware === "" ? "-" : firmware,
      state,
    ]),
  );
}

function cableSection({ cables, ways, loadMs }: RigCheckResult): string {
  if (cables.length === 0) return "No cable was seen.";
  const states = table(
    ["cable", "state"],
    cables.map((cable) => [
      cableName(cable),
      isWhole(cable) ? "both ways" : `${cable.a.state} / ${cable.b?.state ?? "unknown"}`,
    ]),
  );
  const seconds = loadMs / 1_000;
  const figures = table(
    ["way", "sent", "arrived", "bad", "lost", "not sent", "errors in a million", "frames a second"],
    ways.map(({ from, to, sent, received, bad, lost, dropped, errorsPpm }) => [
      `${from} to ${to}`,
      formatCount(sent),
      formatCount(received),
      formatCount(bad),
      formatCount(lost),
      formatCount(dropped),
      formatCount(errorsPpm),
      formatCount(received / seconds),
    ]),
  );
  return [
    "1A is connector A of card 1.",
    states,
    `Over ${seconds} s, while every host took numbers one after the other:`,
    figures,
    "The counts of two cards are taken a moment apart: up to 16 frames that seem to be missing are not called lost. What found a full send buffer was not sent.",
  ].join("\n\n");
}

function echoSection({ echoes }: RigCheckResult): string {
  if (echoes.length === 0) return "None were sent.";
  const rows = echoes.map((one) => [
    `${one.at} to ${one.to} and back`,
    formatCount(one.sent),
    formatCount(one.back),
    formatCount(one.lost),
    formatCount(one.changed),
    Object.entries(one.failedBy)
      .map(([pattern, failed]) => `${pattern} ${failed}`)
      .join(", ") || "-",
    formatCount(one.bytes),
    formatCount(one.badThere),
    formatCount(one.badHere),
    optionalLatency(one.p50Us),
    optionalLatency(one.p99Us),
    optionalLatency(one.perHopUs),
  ]);
  return [
    "Test frames over one cable each, sent by the first card, and sent back by the second. Round trips are by the clock of the first card, of frames as long as they can be; the latency of a hop is half of the median round trip of the shortest.",
    table(
      [
        "over",
        "sent",
        "back",
        "lost",
        "changed",
        "which failed",
        "bytes each way",
        "arrived bad at the second",
        "at the first",
        "round trip p50",
        "p99",
        "latency of a hop",
      ],
      rows,
    ),
  ].join("\n\n");
}

function baudSection({ bauds, findings }: RigCheckResult): string {
  if (bauds.length === 0) {
    return hasFailed({ findings })
      ? "Not tested: what is wrong already has to be mended first."
      : "Not tested: `--baud all` does.";
  }
  const cables = bauds.map((one) => [
    one.cable,
    one.configuredBaud === 0 ? "-" : formatCount(one.configuredBaud),
    one.maxBaud === 0 ? "-" : formatCount(one.maxBaud),
    one.leftOut === undefined ? optionalBaud(one.bestBaud) : `not tested: ${one.leftOut}`,
    `${one.longestWaitMs.toFixed(1)} ms`,
  ]);
  const rates = bauds.flatMap(({ cable, rates: tested }) =>
    tested.map(({ baud, outcome, echoes, back, ways }) => [
      cable,
      formatCount(baud),
      outcome,
      `${formatCount(back)} of ${formatCount(echoes)}`,
      ...[0, 1].map((index) => describeWay(ways[index])),
    ]),
  );
  return [
    "For a moment each, one cable after the other. A cable under test carries nothing but echoes, and both of its ends go back by their own clocks.",
    table(
      [
        "cable",
        "usual baud",
        "limit of its boards",
        "highest baud without errors",
        "longest wait for a number",
      ],
      cables,
    ),
    table(["cable", "baud", "outcome", "echoes back", "one way", "the other way"], rates),
  ].join("\n\n");
}

function optionalBaud(baud: number | undefined): string {
  return baud === undefined ? "none" : formatCount(baud);
}

function describeWay(way: BaudWay | undefined): string {
  if (way === undefined) return "-";
  const { bad, errorsPpm, from, received, sent, to } = way;
  return `${from} to ${to}: ${formatCount(received)} of ${formatCount(sent)}, ${formatCount(bad)} bad, ${formatCount(errorsPpm)} in a million`;
}

function optionalLatency(us: number | undefined): string {
  return us === undefined ? "-" : formatLatency(us);
}

function latencySection({ latency, perHopUs }: RigCheckResult): string {
  if (latency.length === 0) return "No number was to be had.";
  const rows = latency.map(({ card, hops, numbers, p50Us, p99Us, longestUs }) => [
    `${card}`,
    hops === undefined ? "?" : `${hops}`,
    formatCount(numbers),
    formatLatency(p50Us),
    formatLatency(p99Us),
    formatLatency(longestUs),
  ]);
  return [
    "One number at a time at one host, host to host; a number passes primary and secondary.",
    table(["card", "cables on the way", "numbers", "p50", "p99", "longest"], rows),
    describeHop(perHopUs),
  ].join("\n\n");
}

function describeHop(perHopUs: number | undefined): string {
  if (perHopUs === undefined) {
    return "All ways have the same number of cables: nothing can be said of a single one.";
  }
  // A median that falls as the way grows is the computer's own unrest.
  if (perHopUs <= 0) return "What a single cable costs is lost in what this computer itself adds.";
  return `One more cable on the way costs ${formatLatency(perHopUs)} (the slope through the medians).`;
}

function failoverSection({ failover, findings }: RigCheckResult): string {
  if (failover.length === 0) {
    return hasFailed({ findings })
      ? "Not tried: what is wrong already has to be mended first."
      : "Not tried: nobody was there to pull plugs.";
  }
  const rows = failover.map(({ name, outcome, served, nextNumberMs, longestWaitMs, numbers }) => [
    name,
    outcome,
    served.join(", ") || "nobody",
    nextNumberMs === undefined ? "-" : `${nextNumberMs.toFixed(1)} ms`,
    outcome === "left out" ? "-" : `${longestWaitMs.toFixed(1)} ms`,
    formatCount(numbers),
  ]);
  return [
    table(
      ["pulled", "outcome", "cards to be served", "next number", "longest wait", "numbers meanwhile"],
      rows,
    ),
    '"Next number" is until the last of those cards had one that was asked for after the pull. Where a person pulls, the pull is when Enter was pressed; the longest wait counts from before.',
  ].join("\n\n");
}

function promiseSection({ promises }: RigCheckResult): string {
  return `${formatCount(promises.records)} numbers were checked: ${promises.duplicates} came twice (P1), ${promises.orderViolations} came out of order (P2).`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Paths and messages come from elsewhere: they must not break a table, or be taken for Markdown. */
function escapeCell(text: string): string {
  return text.replace(/[\\|`*_<>[\]]/g, "\\$&").replace(/\s+/g, " ");
}
