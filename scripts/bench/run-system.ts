import type { ProcessScope } from "../processes/process-scope.js";
import type { LoadTimes } from "./load.js";
import { measure } from "./measure.js";
import type { Measurement, SystemResult } from "./result.js";
import type { BenchSystem, StartedSystem } from "./systems/bench-system.js";

/** How long each number of connections is tried before the best is measured. */
const TRIAL: LoadTimes = { warmUpMs: 300, measureMs: 700 };

const MOST_REASON_CHARACTERS = 200;

/** Told as the run goes on. */
export type Progress = (text: string) => void;

/** Starts one system, measures it with each number of callers, and ends it. Never throws: what failed is in the result. */
export async function runSystem(
  scope: ProcessScope,
  system: BenchSystem,
  callers: readonly number[],
  times: LoadTimes,
  progress: Progress,
): Promise<SystemResult> {
  const { id, title, promise } = system;
  const measurements: Measurement[] = [];
  let setUp = "";
  const unavailable = system.whyUnavailable();
  if (unavailable !== undefined) return { id, title, promise, setUp, measurements, missing: unavailable };
  const own = scope.makeInner();
  try {
    progress(`${title}: starting`);
    const started = await system.start(own);
    setUp = started.setUp;
    for (const count of callers) {
      const connections = await chooseConnections(own, started, count);
      progress(`${title}: ${count} callers`);
      measurements.push(await measure(own, { clients: started.clients, callers: count, connections, times }));
    }
    return { id, title, promise, setUp, measurements };
  } catch (error) {
    return { id, title, promise, setUp, measurements, missing: `failed: ${describeError(error)}` };
  } finally {
    await own.close();
  }
}

/** Tries each choice for a moment. @returns the one that served most numbers. */
async function chooseConnections(
  scope: ProcessScope,
  started: StartedSystem,
  callers: number,
): Promise<number> {
  const choices = started.connectionChoices(callers);
  let best = choices[0] ?? callers;
  let most = 0;
  if (choices.length === 1) return best;
  for (const connections of choices) {
    const plan = { clients: started.clients, callers, connections, times: TRIAL };
    const { numbersPerSecond } = await measure(scope, plan);
    if (numbersPerSecond > most) {
      most = numbersPerSecond;
      best = connections;
    }
  }
  return best;
}

/** @returns the message on one line of a length that a table can hold. */
function describeError(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim();
  return text.length > MOST_REASON_CHARACTERS ? `${text.slice(0, MOST_REASON_CHARACTERS)} ...` : text;
}
