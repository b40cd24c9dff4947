/** What a run of the bench found: the JSON that it writes. */
export interface BenchResult {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly machine: Machine;
  readonly times: { readonly warmUpSeconds: number; readonly seconds: number };
  /** Processes that shared the callers, the same for each system. */
  readonly clientProcesses: number;
  readonly systems: readonly SystemResult[];
  readonly computeCounts?: ComputeCounts;
  readonly targets: readonly Target[];
}

export interface Machine {
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly node: string;
  /** Processes that wanted to run, on average over the minute before the bench began: 0 on a quiet machine. */
  readonly loadBefore: number;
}

export interface SystemResult {
  readonly id: string;
  readonly title: string;
  /** What a number of this system is worth, in one sentence. */
  readonly promise: string;
  /** Versions and settings that matter. */
  readonly setUp: string;
  readonly measurements: readonly Measurement[];
  /** Why there is no measurement, or not all: what to install, or what failed. */
  readonly missing?: string;
}

export interface Measurement {
  readonly callers: number;
  readonly connections: number;
  readonly numbers: number;
  readonly numbersPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** XS compute units that one request costs in each role; they do not depend on the machine. */
export interface ComputeCounts {
  readonly originator: number;
  readonly primary: number;
  readonly secondary: number;
}

export interface Target {
  readonly text: string;
  /** What was measured, in the target's unit; absent where it could not be measured. */
  readonly measured?: string;
  readonly met: boolean | undefined;
}
