import type { Command } from "commander";
import { build, type Histogram } from "hdr-histogram-js";
import type { Sequence } from "../sequence.js";
import { addCardOptions, addWaitOption, type CardOptions, wholeNumber, withCard } from "./card-options.js";
import { drawTable, printJson, printLine } from "./output.js";

export interface BenchOptions extends CardOptions {
  readonly seconds: number;
  readonly callers: number;
}

/** `seqcard bench`: how fast a card serves. @returns the command, for whoever has more to measure. */
export function addBenchCommand(program: Command): Command {
  const command = program
    .command("bench")
    .description("take numbers for a while, and show how many and how fast; they are gone then")
    .option("--seconds <seconds>", "how long", wholeNumber(1, 3_600), 5)
    .option(
      "--callers <callers>",
      "how many callers at once, each waiting for its number",
      wholeNumber(1, 100_000),
      64,
    );
  return addWaitOption(addCardOptions(command))
    .addHelpText(
      "after",
      `
Examples:
  seqcard bench --port /dev/ttyACM0
  seqcard bench --seconds 10 --callers 1024 --json`,
    )
    .action(benchCard);
}

/** Measures one card at a port. @throws SequenceError. */
export async function benchCard(options: BenchOptions): Promise<void> {
  await withCard(options, async (sequence) => {
    const latencies = build({ lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000 });
    const startMs = performance.now();
    await callFor(sequence, startMs + options.seconds * 1_000, options.callers, latencies);
    show(options, latencies, (performance.now() - startMs) / 1_000);
  });
}

async function callFor(
  sequence: Sequence,
  endMs: number,
  callers: number,
  latencies: Histogram,
): Promise<void> {
  const call = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const startMs = performance.now();
      await sequence.next();
      latencies.recordValue(Math.max(1, Math.round((performance.now() - startMs) * 1_000)));
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
}

function show({ json, callers }: BenchOptions, latencies: Histogram, seconds: number): void {
  const result = {
    callers,
    seconds: Number(seconds.toFixed(3)),
    numbers: latencies.totalCount,
    numbersPerSecond: Math.round(latencies.totalCount / seconds),
    p50Us: latencies.getValueAtPercentile(50),
    p99Us: latencies.getValueAtPercentile(99),
    maxUs: latencies.maxValue,
  };
  if (json) {
    printJson(result);
    return;
  }
  const rows = [
    ["callers", callers],
    ["numbers", `${result.numbers} in ${result.seconds} s`],
    ["numbers a second", result.numbersPerSecond],
    ["latency p50", `${result.p50Us} µs`],
    ["latency p99", `${result.p99Us} µs`],
    ["latency max", `${result.maxUs} µs`],
  ];
  printLine(drawTable(rows));
}
