import { fileURLToPath } from "node:url";
import type { OwnedProcess, ProcessScope } from "../processes/process-scope.js";
import { unpackHistograms } from "./latency-histogram.js";
import type { LoadTimes } from "./load.js";
import type { ClientSettings } from "./number-client.js";
import type { Measurement } from "./result.js";
import { share } from "./share.js";
import type { WorkerCommand, WorkerReport } from "./worker.js";

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
      workers.map(({ process, settings, shape }) => order(process, { type: "connect", settings, shape })),
    );
    const reports = await Promise.all(
      workers.map(({ process }) => order(process, { type: "load", times: plan.times })),
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

/** Sends one command and waits for its report. */
async function order(worker: OwnedProcess, command: WorkerCommand): Promise<WorkerReport> {
  const report = new Promise<WorkerReport>((resolve) => worker.child.once("message", resolve));
  worker.child.send(command);
  const answer = await Promise.race([report, worker.ended]);
  if (answer === undefined) throw new Error(`A client process ended early. ${worker.output.trim()}`);
  if (answer.type === "failed") throw new Error(answer.message);
  return answer;
}
