import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
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
  { name: "nextSync, spins", call: (sequence) => sequence.nextSync({ spinUs: 1_000_000 }) },
  { name: "nextSync, spins 200 µs, then sleeps", call: (sequence) => sequence.nextSync({ spinUs: 200 }) },
  { name: "nextSync, sleeps at once", call: (sequence) => sequence.nextSync({ spinUs: 0 }) },
];
const WARM_UP_CALLS = 200;

interface Row {
  readonly through: string;
  readonly way: string;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly processorUs: number;
}

async function measure(through: string, sequence: Sequence, way: Way, seconds: number): Promise<Row> {
  for (let call = 0; call < WARM_UP_CALLS; call += 1) await way.call(sequence);
  const histogram = makeLatencyHistogram();
  const before = process.cpuUsage();
  const endMs = performance.now() + seconds * 1_000;
  let calls = 0;
  for (let startMs = performance.now(); startMs < endMs; calls += 1) {
    const answer = way.call(sequence);
    if (typeof answer !== "bigint") await answer;
    const nowMs = performance.now();
    recordLatency(histogram, nowMs - startMs);
    startMs = nowMs;
  }
  const { user, system } = process.cpuUsage(before);
  return {
    through,
    way: way.name,
    p50Us: histogram.getValueAtPercentile(50),
    p99Us: histogram.getValueAtPercentile(99),
    processorUs: (user + system) / calls,
  };
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
  const rows: Row[] = [];
  const own = await open({ path: port });
  for (const way of WAYS) rows.push(await measure("port", own, way, seconds));
  await own.close();
  const socket = join(scope.makeDirectory(), "daemon.sock");
  await startDaemonProcess(scope, { ports: [port], socket, more: ["--log-level", "warn"] });
  const shared = await connect({ socket });
  for (const way of WAYS) rows.push(await measure("daemon", shared, way, seconds));
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
  ]);
  console.log(drawTable(cells, ["through", "call", "p50", "p99", "processor time a call"]));
  return 0;
}

const command = new Command("npm run bench:sync --")
  .description(
    "Measures next and nextSync, at a port and through the daemon: latency, and the caller's processor time.",
  )
  .option(
    "--engine <engine>",
    "xs or node",
    (text: string) => {
      if (text !== "xs" && text !== "node") throw new InvalidArgumentError("It is xs or node.");
      return text;
    },
    "xs" as const,
  )
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
