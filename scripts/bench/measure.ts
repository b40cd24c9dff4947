import { fileURLToPath } from "node:url";
import type { ProcessScope } from "../processes/process-scope.js";
import { askWorker } from "../processes/worker-channel.js";
import { unpackHistograms } from "../statistics/latency-histogram.js";
import type { LoadTimes } from "./load.js";
import type { ClientSettings } from "./number-client.js";
import type { Measurement } from "./result.js";
import { share } from "./share.js";
import type { WorkerReport } from "./worker.js";

const WORKER = fileURLToPath(new URL("./worker.js", import.meta.url));

/** Load from as many client processes as there are settings, all at once. */
export interface LoadPlan {
  readonly clients: readonly ClientSettings[];
  /** In all, shared among the processes. */
  readonly callers: number;
  /** In all; a process with callers has at least one, and no more than callers. */
  readonly connections: number;
  readonly times: LoadTimes;
}

/** Runs the load in new processes and ends them. @throws with the reason of the first client that failed. */
export async function measure(scope: ProcessScope, plan: LoadPlan): Promise<Measurement> {
  const own = scope.makeInner();
  try {
    const callers = share(plan.callers, plan.clients.length);
    const connections = share(plan.connections, plan.clients.length);
    const workers = plan.clients
      .map((settings, index) => ({ settings, shape: shapeOf(callers[index] ?? 0, connections[index] ?? 0) }))
      .filter(({ shape }) => shape.callers > 0)
      .map((wanted) => ({ ...wanted, process: own.fork(WORKER) }));
    await Promise.all(
      workers.map(({ process, settings, shape }) =>
        askWorker<WorkerReport>(process, { type: "connect", settings, shape }),
      ),
    );
    const reports = await Promise.all(
      workers.map(({ process }) => askWorker<WorkerReport>(process, { type: "load", times: plan.times })),
    );
    const histogram = unpackHistograms(
      reports.flatMap((report) => (report.type === "done" ? [report.histogram] : [])),
    );
    if (histogram.totalCount === 0) throw new Error("Not one number arrived within the measured time.");
    return {
      callers: plan.callers,
      connections: workers.reduce((sum, { shape }) => sum + shape.connections, 0),
      numbers: histogram.totalCount,
      numbersPerSecond: histogram.totalCount / (plan.times.measureMs / 1000),
      p50Us: histogram.getValueAtPercentile(50),
      p99Us: histogram.getValueAtPercentile(99),
      maxUs: histogram.maxValue,
    };
  } finally {
    await own.close();
  }
}

function shapeOf(callers: number, connections: number): { callers: number; connections: number } {
  return { callers, connections: Math.min(callers, Math.max(1, connections)) };
}
