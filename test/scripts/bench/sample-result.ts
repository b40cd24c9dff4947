import type { BenchResult, Measurement, SystemResult } from "../../../scripts/bench/result.js";

export function measured(
  callers: number,
  numbersPerSecond: number,
  p50Us: number,
  p99Us: number,
): Measurement {
  return {
    callers,
    connections: callers,
    numbers: numbersPerSecond,
    numbersPerSecond,
    p50Us,
    p99Us,
    maxUs: p99Us,
  };
}

export function systemWith(id: string, title: string, measurements: readonly Measurement[]): SystemResult {
  return { id, title, promise: `What ${title} promises.`, setUp: "as shipped", measurements };
}

/** A run with all there can be: several systems, one that failed half way, one that is not installed. */
export function sampleResult(): BenchResult {
  return {
    startedAt: "2026-01-02T03:04:05.000Z",
    machine: {
      platform: "linux 6",
      processor: "A processor",
      cores: 2,
      memoryGB: 8,
      node: "20.0.0",
      loadBefore: 0.5,
    },
    times: { warmUpSeconds: 1, seconds: 3 },
    clientProcesses: 3,
    systems: [
      systemWith("seqcard-xs", "seqcard on XS", [
        measured(1, 900, 1100, 1900),
        measured(1024, 300_000, 3300, 9000),
      ]),
      systemWith("redis", "Redis INCR + WAIT 1", [
        measured(1, 6000, 140, 500),
        measured(1024, 24_000, 40_000, 83_000),
      ]),
      {
        ...systemWith("postgres", "PostgreSQL <nextval>", [measured(1, 9000, 68, 989)]),
        missing: "failed: out of luck",
      },
      { ...systemWith("etcd", "etcd put", []), missing: "not installed: apt-get install etcd-server" },
    ],
    computeCounts: { originator: 1234, primary: 2345, secondary: 999 },
    targets: [
      { text: "fast", met: true, measured: "12x" },
      { text: "small", met: false, measured: "2 kg" },
      { text: "cheap", met: undefined },
    ],
  };
}
