import type { BenchResult, Measurement, SystemResult } from "../result.js";

/** The system that the others are compared with. */
export const REFERENCE_ID = "redis";

/** 1234567 as "1,234,567"; below ten one digit after the point. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** Microseconds as "412 µs", "1.44 ms" or "2.10 s". */
export function formatLatency(us: number): string {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${(us / 1000).toFixed(us < 100_000 ? 2 : 0)} ms`;
  return `${(us / 1_000_000).toFixed(2)} s`;
}

/** 12.345 as "12.3x", 0.0123 as "0.012x": two to three digits that mean something. */
export function formatRatio(ratio: number | undefined): string {
  if (ratio === undefined || !Number.isFinite(ratio)) return "-";
  if (ratio >= 100) return `${Math.round(ratio)}x`;
  return `${ratio.toPrecision(ratio >= 10 ? 3 : 2)}x`;
}

/** Every number of callers that was measured, smallest first. */
export function callersOf(result: BenchResult): number[] {
  const all = result.systems.flatMap((system) =>
    system.measurements.map((measurement) => measurement.callers),
  );
  return [...new Set(all)].sort((left, right) => left - right);
}

export function measurementOf(system: SystemResult | undefined, callers: number): Measurement | undefined {
  return system?.measurements.find((measurement) => measurement.callers === callers);
}

export function systemOf(result: BenchResult, id: string): SystemResult | undefined {
  return result.systems.find((system) => system.id === id);
}

/** Numbers a second of a system over those of the reference with as many callers; undefined where either is missing. */
export function ratioToReference(result: BenchResult, id: string, callers: number): number | undefined {
  const own = measurementOf(systemOf(result, id), callers);
  const reference = measurementOf(systemOf(result, REFERENCE_ID), callers);
  return own === undefined || reference === undefined
    ? undefined
    : own.numbersPerSecond / reference.numbersPerSecond;
}
