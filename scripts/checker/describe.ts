import type { CheckResult, Violation } from "./check.js";
import type { Delivery } from "./deliveries.js";

/** One violation in plain words, the offending pair with its times. */
export function describeViolation(violation: Violation): string {
  switch (violation.kind) {
    case "duplicate":
      return (
        `Number ${violation.earlier.number} was delivered twice: to ${who(violation.earlier)} and, ` +
        `${span(violation.later.deliveredAtNs - violation.earlier.deliveredAtNs)} later, to ${who(violation.later)}.`
      );
    case "order":
      return (
        `${capital(who(violation.later))} asked ` +
        `${span(violation.later.requestedAtNs - violation.earlier.deliveredAtNs)} after ${who(violation.earlier)} had ` +
        `got ${violation.earlier.number}, and was given ${violation.later.number}, which is not greater.`
      );
    case "range":
      return `${capital(who(violation.delivery))} got ${violation.delivery.number}, which is not from 1 to 2^63-1.`;
    case "clock":
      return (
        `${capital(who(violation.delivery))} has number ${violation.delivery.number} on record as delivered ` +
        `${span(violation.delivery.requestedAtNs - violation.delivery.deliveredAtNs)} before it was asked for: ` +
        "the record or the clock is wrong."
      );
  }
}

/** A result in a few lines, each violation that was kept among them. */
export function describeResult(result: CheckResult): string {
  const lines = [
    `${result.records} deliveries checked: ${result.held ? "all held" : "VIOLATIONS FOUND"}`,
    `P1 unique:    ${result.duplicates} duplicates`,
    `P2 monotonic: ${result.orderViolations} order violations`,
    result.first === undefined
      ? "P3 gaps:      nothing was delivered"
      : `P3 gaps:      ${result.missing} of ${result.first}..${result.last} missing, in ${result.gaps} gaps`,
  ];
  if (result.rangeViolations > 0) lines.push(`out of range:  ${result.rangeViolations}`);
  if (result.clockViolations > 0) lines.push(`wrong clock:   ${result.clockViolations}`);
  return [...lines, ...result.examples.map((violation) => `  ${describeViolation(violation)}`)].join("\n");
}

function who(delivery: Delivery): string {
  return `caller ${delivery.caller} of host ${delivery.host}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function span(ns: bigint): string {
  return `${(Number(ns) / 1000).toLocaleString("en-US", { maximumFractionDigits: 3 })} µs`;
}
