import { check } from "../checker/index.js";
import type { BenchFabric } from "./bench-fabric.js";
import { type Load, LoadRun } from "./load.js";
import { ProcessorTime } from "./processor-time.js";

/** Shares of a card's time, or microseconds of it, by role. */
export interface ByRole {
  readonly primary: number;
  readonly secondary: number;
  /** A card that is neither. */
  readonly other: number;
}

/** What a load came to. */
export interface LoadFigures {
  readonly name: string;
  readonly blocks: number;
  readonly blocksPerSecond: number;
  readonly numbersPerSecond: number;
  /** On the cables. */
  readonly framesPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** Share of the time that each role's core was awake. */
  readonly awake: ByRole;
  /** The same for each block, in microseconds, without what an idle card takes anyway. */
  readonly cpuPerBlockUs: ByRole;
  /** P1 and P2, over all deliveries. */
  readonly held: boolean;
}

/** @returns how long each role's core is awake while nobody asks. */
export function measureIdle(fabric: BenchFabric, seconds: number): ByRole {
  const time = new ProcessorTime(fabric);
  fabric.pass(seconds * 1e9);
  return byRole(fabric, (card) => time.shareOf(card));
}

export function measureLoad(
  fabric: BenchFabric,
  name: string,
  load: Load,
  seconds: number,
  idle: ByRole,
): LoadFigures {
  const time = new ProcessorTime(fabric);
  const framesBefore = fabric.frames;
  const run = new LoadRun(fabric, load).start();
  fabric.pass(seconds * 1e9);
  const { blocks } = run;
  const frames = fabric.frames - framesBefore;
  const awake = byRole(fabric, (card) => time.shareOf(card));
  run.finish();
  const perBlockUs = (busy: number, quiet: number): number =>
    blocks === 0 ? 0 : (Math.max(0, busy - quiet) * seconds * 1e6) / blocks;
  return {
    name,
    blocks,
    blocksPerSecond: blocks / seconds,
    numbersPerSecond: (blocks * load.count) / seconds,
    framesPerSecond: frames / seconds,
    p50Us: run.latencies.getValueAtPercentile(50),
    p99Us: run.latencies.getValueAtPercentile(99),
    maxUs: run.latencies.maxValue,
    awake,
    cpuPerBlockUs: {
      primary: perBlockUs(awake.primary, idle.primary),
      secondary: perBlockUs(awake.secondary, idle.secondary),
      other: perBlockUs(awake.other, idle.other),
    },
    held: check(run.deliveries).held,
  };
}

/** @returns the card that is neither primary nor secondary. */
export function otherCard(fabric: BenchFabric): number {
  const { primary, secondary } = fabric;
  return fabric.cards.find(({ id }) => id !== primary && id !== secondary)?.id ?? secondary;
}

/**
 * Takes the power from the primary, asks at each other card in the same instant, and gives it its power back.
 * @returns microseconds until the first of them has a number.
 */
export function measureFailover(fabric: BenchFabric): number {
  const lost = fabric.primary;
  const startNanos = fabric.emulation.nanos;
  let answeredNanos = 0;
  fabric.kill(lost);
  for (const { id } of fabric.hosts) {
    if (id === lost) continue;
    fabric.host(id).request(1, (_first, _requestedNanos, deliveredNanos) => {
      answeredNanos ||= deliveredNanos;
    });
  }
  fabric.passUntil(() => answeredNanos > 0, "a number after the loss of the primary");
  fabric.restart(lost);
  fabric.waitUntilReady();
  return (answeredNanos - startNanos) / 1_000;
}

function byRole(fabric: BenchFabric, measure: (card: number) => number): ByRole {
  return {
    primary: measure(fabric.primary),
    secondary: measure(fabric.secondary),
    other: measure(otherCard(fabric)),
  };
}
