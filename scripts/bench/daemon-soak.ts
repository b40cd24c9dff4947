import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { startDaemonProcess } from "../processes/daemon-process.js";
import { findFreePorts } from "../processes/free-port.js";
import type { OwnedProcess, ProcessScope } from "../processes/process-scope.js";
import { startRigProcess } from "../processes/rig-process.js";
import { runInScope } from "../processes/run-in-scope.js";
import { measure } from "./measure.js";
import { judgeMemory } from "./memory-figures.js";
import type { ClientSettings } from "./number-client.js";
import { CARD_PROCESSES, sameForEach } from "./systems/bench-system.js";

const CALLERS = 1024;
/** New client processes as often as this, so that connections come and go too. */
const ROUND_MS = 5_000;
const LOOK_EVERY_MS = 250;
/** So many of the calls warm up, before the memory is looked at: on a busy machine that takes long, and the heap is small for so long. */
const WARM_UP_PART = 1 / 5;
/** Connections of each round's Redis clients, in all. */
const REDIS_CONNECTIONS = 16;

interface Options {
  readonly engine: "xs" | "node";
  readonly calls: number;
  readonly json?: true;
}

/** Resident memory in bytes, as every Unix tells it. */
function memoryOf({ child }: OwnedProcess): number {
  return 1_024 * Number(execFileSync("ps", ["-o", "rss=", "-p", `${child.pid}`], { encoding: "utf8" }));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

async function soak(scope: ProcessScope, { engine, calls, json }: Options): Promise<number> {
  const rig = await startRigProcess(scope, { engine, cards: CARD_PROCESSES });
  const socket = join(scope.makeDirectory(), "daemon.sock");
  const [port = 0] = await findFreePorts(1);
  const daemon = await startDaemonProcess(scope, {
    ports: [rig.cards.at(-1)?.path ?? ""],
    socket,
    more: ["--log-level", "warn", "--redis", `127.0.0.1:${port}`],
  });
  const ways: readonly { settings: ClientSettings; connections: number }[] = [
    { settings: { kind: "seqcard-daemon", socket }, connections: 4 },
    { settings: { kind: "daemon-redis", port }, connections: REDIS_CONNECTIONS },
  ];
  const samples: number[] = [];
  const served = ways.map(() => 0);
  let done = 0;
  const look = setInterval(() => {
    if (daemon.running && done >= calls * WARM_UP_PART) samples.push(memoryOf(daemon));
  }, LOOK_EVERY_MS);
  try {
    for (let round = 0; done < calls && !scope.isClosing; round += 1) {
      const { settings, connections } = ways[round % ways.length] as (typeof ways)[number];
      const times = { warmUpMs: 0, measureMs: ROUND_MS };
      const plan = { clients: sameForEach(settings), callers: CALLERS, connections, times };
      const { numbers } = await measure(scope, plan);
      done += numbers;
      (served[round % ways.length] as number) += numbers;
      if (!json) console.log(`${done} calls, ${megabytes(memoryOf(daemon))}`);
    }
  } finally {
    clearInterval(look);
  }
  if (scope.isClosing) throw new Error("Interrupted.");
  const figures = judgeMemory(samples);
  if (json) {
    console.log(JSON.stringify({ engine, calls: done, served, ...figures }));
  } else {
    console.log(`${done} calls by ${CALLERS} callers in four processes: ${served[0]} at the Unix socket,`);
    console.log(`${served[1]} at the Redis listener, where each is an order of its own.`);
    console.log(
      `Memory of the daemon, at the least: ${megabytes(figures.start)} in the first quarter of the time after a warm-up, ${megabytes(figures.middle)} in the ` +
        `second, ${megabytes(figures.end)} in the last, ${megabytes(figures.most)} at the most: ` +
        `${figures.isFlat ? "flat" : "IT GROWS"}.`,
    );
  }
  return figures.isFlat ? 0 : 1;
}

const command = new Command("npm run soak:daemon --")
  .description(
    "Lets 1,024 callers in four processes take numbers from one daemon, and looks at its memory meanwhile. Exit code 1 where it grows.",
  )
  .addOption(new Option("--engine <kind>", "what runs the cards").choices(["xs", "node"]).default("node"))
  .option(
    "--calls <count>",
    "how many numbers, at least; a few collections of the daemon's memory must fit in",
    (text: string) => {
      const count = Number(text);
      if (!Number.isInteger(count) || count < 1_000 || count > 1e12) {
        throw new InvalidArgumentError("Give a whole number from 1000.");
      }
      return count;
    },
    60_000_000,
  )
  .option("--json", "print JSON");

await runInScope(async (scope) => {
  command.parse();
  return soak(scope, command.opts<Options>());
});
