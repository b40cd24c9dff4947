import type { BenchResult, Measurement, SystemResult } from "../result.js";

/** The system that the others are compared with. */
export const REFERENCE_ID = "redis";

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
