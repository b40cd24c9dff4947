import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { drawTable } from "../../host-bridge/commands/output.js";
import { connect, open, type Sequence } from "../../host-bridge/index.js";
import { startDaemonProcess } from "../processes/daemon-process.js";
import type { ProcessScope } from "../processes/process-scope.js";
import { startRigProcess } from "../processes/rig-process.js";
import { runInScope } from "../processes/run-in-scope.js";
import { makeLatencyHistogram, recordLatency } from "../statistics/latency-histogram.js";
import { formatLatency } from "../text/quantities.js";

/**
 * One caller, one number after the other: `next`, and `nextSync` in both of its states, spinning and asleep. What a call
 * costs is this process's own processor time; cards, rig and daemon are other processes.
 */
interface Way {
  readonly name: string;
  call(sequence: Sequence): bigint | Promise<bigint>;
}

const WAYS: readonly Way[] = [
  { name: "next", call: (sequence) => sequence.next() },
  { name: "nextSync", call: (sequence) => sequence.nextSync() },
  { name: "nextSync, may spin for 1 s", call: (sequence) => sequence.nextSync({ spinUs: 1_000_000 }) },
  { name: "nextSync, sleeps at once", call: (sequence) => sequence.nextSync({ spinUs: 0 }) },
  {
    name: "nextSync, spins whatever it costs",
    call: (sequence) => sequence.nextSync({ spinUs: Number.POSITIVE_INFINITY }),
  },
];
const WARM_UP_CALLS = 50;
const ROUNDS = 10;

interface Row {
  readonly through: string;
  readonly way: string;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly processorUs: number;
}

/** One way of calling, measured a while at a time. */
class Meter {
  readonly way: Way;
  private readonly histogram = makeLatencyHistogram();
  private processorUs = 0;

  constructor(way: Way) {
    this.way = way;
  }

  async run(sequence: Sequence, durationMs: number): Promise<void> {
    for (let call = 0; call < WARM_UP_CALLS; call += 1) await this.way.call(sequence);
    const before = process.cpuUsage();
    const endMs = performance.now() + durationMs;
    for (let startMs = performance.now(); startMs < endMs; ) {
      const answer = this.way.call(sequence);
      if (typeof answer !== "bigint") await answer;
      const nowMs = performance.now();
      recordLatency(this.histogram, nowMs - startMs);
      startMs = nowMs;
    }
    const { user, system } = process.cpuUsage(before);
    this.processorUs += user + system;
  }

  row(through: string): Row {
    const { histogram, processorUs, way } = this;
    return {
      through,
      way: way.name,
      p50Us: histogram.getValueAtPercentile(50),
      p99Us: histogram.getValueAtPercentile(99),
      processorUs: processorUs / Math.max(1, histogram.totalCount),
    };
  }
}

/** By turns, as a machine that is busy for a moment must not be one way's misfortune. */
async function measureAll(through: string, sequence: Sequence, seconds: number): Promise<Row[]> {
  const meters = WAYS.map((way) => new Meter(way));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const meter of meters) await meter.run(sequence, (seconds * 1_000) / ROUNDS);
  }
  return meters.map((meter) => meter.row(through));
}

interface Options {
  readonly engine: "node" | "xs";
  readonly seconds: number;
  readonly json?: true;
}

async function run(scope: ProcessScope, { engine, seconds, json }: Options): Promise<number> {
  const rig = await startRigProcess(scope, { engine, cards: 3 });
  const [, , third] = rig.cards;
  const port = third?.path ?? "";
  const own = await open({ path: port });
  const atPort = await measureAll("port", own, seconds);
  await own.close();
  const socket = join(scope.makeDirectory(), "daemon.sock");
  await startDaemonProcess(scope, { ports: [port], socket, more: ["--log-level", "warn"] });
  const shared = await connect({ socket });
  const rows = [...atPort, ...(await measureAll("daemon", shared, seconds))];
  await shared.close();
  if (json) {
    console.log(JSON.stringify({ engine, seconds, rows }));
    return 0;
  }
  const cells = rows.map((row) => [
    row.through,
    row.way,
    formatLatency(row.p50Us),
    formatLatency(row.p99Us),
    formatLatency(row.processorUs),
    `${(row.p50Us / baseUs(rows, row.through)).toFixed(2)}x`,
  ]);
  console.log(drawTable(cells, ["through", "call", "p50", "p99", "processor time a call", "p50 to next"]));
  return 0;
}

/** The p50 of `next`, the first of the ways. */
function baseUs(rows: readonly Row[], through: string): number {
  return rows.find((row) => row.through === through)?.p50Us ?? Number.NaN;
}

const command = new Command("npm run bench:sync --")
  .description(
    "Measures next and nextSync, at a port and through the daemon: latency, and the caller's processor time.",
  )
  .addOption(new Option("--engine <kind>", "what runs the cards").choices(["xs", "node"]).default("xs"))
  .option(
    "--seconds <seconds>",
    "for each row",
    (text: string) => {
      const seconds = Number(text);
      if (!(seconds >= 0.1 && seconds <= 600))
        throw new InvalidArgumentError("Give seconds from 0.1 to 600.");
      return seconds;
    },
    3,
  )
  .option("--json", "print JSON");

await runInScope(async (scope) => {
  command.parse();
  return run(scope, command.opts<Options>());
});
