import type { Histogram } from "hdr-histogram-js";
import { LatencyCounter } from "../statistics/latency-histogram.js";
import type { NumberClient } from "./number-client.js";

/** When what is measured begins and ends, in milliseconds from the start of the load. */
export interface LoadTimes {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/**
 * Closed loop: every caller asks for its next number when it has got its last. Numbers that arrive within the measured
 * time count, with the whole latency of their call.
 * @throws what the client throws: a measurement with errors in it is none.
 */
export async function runLoad(
  client: NumberClient,
  callers: number,
  times: LoadTimes,
  nowMs: () => number = () => performance.now(),
): Promise<Histogram> {
  const latencies = new LatencyCounter();
  const fromMs = nowMs() + times.warmUpMs;
  const endMs = fromMs + times.measureMs;
  let failed = false;
  const run = async (caller: number): Promise<void> => {
    let askedMs = nowMs();
    while (askedMs < endMs && !failed) {
      await client.next(caller);
      const gotMs = nowMs();
      if (gotMs >= fromMs && gotMs < endMs) latencies.record(gotMs - askedMs);
      askedMs = gotMs;
    }
  };
  const runs = Array.from({ length: callers }, async (_, caller) => {
    try {
      await run(caller);
    } catch (error) {
      failed = true;
      throw error;
    }
  });
  await Promise.all(runs);
  return latencies.finish();
}
