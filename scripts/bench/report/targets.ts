import { formatLatency } from "../../text/quantities.js";
import type { BenchResult, Target } from "../result.js";
import { formatRatio, measurementOf, ratioToReference, systemOf } from "./format.js";

const MANY_CALLERS = 1024;
const LEAST_RATIO = 10;
const MOST_P50_US = 1500;

/** What this project has set itself, and whether this run shows it. */
export function judgeTargets(result: Omit<BenchResult, "targets">): Target[] {
  const whole = { ...result, targets: [] };
  const ratios = ["seqcard-xs", "seqcard-node", "daemon-xs", "daemon-node"].map((id): Target => {
    const ratio = ratioToReference(whole, id, MANY_CALLERS);
    const engine = id.endsWith("-xs") ? "XS" : "Node";
    const through = id.startsWith("daemon") ? ", all processes through one daemon" : "";
    return {
      text: `at 1,024 callers at least ${LEAST_RATIO}x Redis INCR + WAIT, engine ${engine}${through}`,
      met: ratio === undefined ? undefined : ratio >= LEAST_RATIO,
      ...(ratio !== undefined && { measured: formatRatio(ratio) }),
    };
  });
  const alone = measurementOf(systemOf(whole, "seqcard-xs"), 1);
  const latency: Target = {
    text: `one caller on XS: p50 under ${formatLatency(MOST_P50_US)}`,
    met: alone === undefined ? undefined : alone.p50Us < MOST_P50_US,
    ...(alone !== undefined && { measured: formatLatency(alone.p50Us) }),
  };
  return [...ratios, latency];
}
