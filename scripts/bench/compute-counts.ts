import { fileURLToPath } from "node:url";
import type { TraceEvent, TurnEvent } from "../../boards/virtual/trace.js";
import type { ProcessScope } from "../processes/process-scope.js";
import { startRigProcess } from "../processes/rig-process.js";
import { recordTrace } from "../processes/rig-trace.js";
import { askWorker } from "../processes/worker-channel.js";
import type { ComputeCounts } from "./result.js";
import { CARD_PROCESSES } from "./systems/bench-system.js";

const WORKER = fileURLToPath(new URL("./worker.js", import.meta.url));
const LOAD = { warmUpMs: 0, measureMs: 500 };

/**
 * One caller at the card without a role, one number after the other, on a rig of its own. Which card that is, shows in
 * what its turns did: on a busy computer the roles may have moved while the rig started.
 */
export async function measureComputeCounts(scope: ProcessScope): Promise<ComputeCounts> {
  const own = scope.makeInner();
  try {
    const rig = await startRigProcess(own, { engine: "xs", cards: CARD_PROCESSES });
    let failure: unknown;
    for (const { path } of [...rig.cards].reverse()) {
      const trace = await traceOneCaller(own, rig.name, path);
      try {
        return countsOf(trace);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  } finally {
    await own.close();
  }
}

async function traceOneCaller(
  scope: ProcessScope,
  rigName: string,
  path: string,
): Promise<readonly TraceEvent[]> {
  const client = scope.fork(WORKER);
  const shape = { callers: 1, connections: 1 };
  await askWorker(client, { type: "connect", settings: { kind: "seqcard", path }, shape });
  return recordTrace(rigName, true, async () => {
    await askWorker(client, { type: "load", times: LOAD });
  });
}

/**
 * @returns for each role the median of the turns that did its part and nothing else: no beacon, no hello, no second
 * request. What the engine's way in and out of a turn costs is in it.
 * @throws Error where the trace holds no such turn of some role.
 */
export function countsOf(trace: readonly TraceEvent[]): ComputeCounts {
  const turns = trace.filter((event): event is TurnEvent => event.event === "turn");
  const cost = (input: string, output: string): number => {
    const alone = turns.filter(
      ({ inputs, outputs }) =>
        inputs.length === 1 && inputs[0] === input && outputs.length === 1 && outputs[0] === output,
    );
    const ordered = alone.map((turn) => turn.compute).sort((left, right) => left - right);
    const median = ordered[Math.floor(ordered.length / 2)];
    if (median === undefined) throw new Error(`No turn of the trace took ${input} and sent ${output} alone.`);
    return median;
  };
  return {
    originator: cost("HOST_REQUEST", "REQUEST") + cost("ANSWER", "HOST_ANSWER"),
    primary: cost("REQUEST", "STORE"),
    secondary: cost("STORE", "ANSWER"),
  };
}
