import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { FrameEvent } from "../../boards/virtual/trace.js";
import { check, readDeliveryFiles } from "../checker/index.js";
import type { HostCommand, HostReport } from "../hosts/host-process.js";
import type { OwnedProcess, ProcessScope } from "../processes/process-scope.js";
import { type RigProcess, startRigProcess } from "../processes/rig-process.js";
import { recordTrace } from "../processes/rig-trace.js";
import { askWorker, tellWorker } from "../processes/worker-channel.js";
import { formatCount } from "../text/quantities.js";
import { drawHistogram, sortIntoBuckets } from "./draw-histogram.js";
import { drawPath } from "./draw-path.js";
import { measureLoad } from "./load-figures.js";
import { findNumberPaths, medianPath } from "./number-path.js";
import type { Screen } from "./screen.js";
import { type RunFigures, type Summary, summarize } from "./summary.js";

const HOST_PROCESS = fileURLToPath(new URL("../hosts/host-process.js", import.meta.url));
const HOSTS = 3;
const CALLERS_EACH = 256;
const LEAST_NUMBERS = 100_000;
/** On a slow machine the load goes on until there are enough numbers, but not for ever. */
const LONGEST_LOAD_MS = 35_000;
/** Taken one at a time, so that one way can be followed; the first ones warm the engines. */
const QUIET_NUMBERS = 60;
const PROGRESS_EVERY_MS = 100;

export interface DemonstrationOptions {
  readonly engine: "xs" | "node";
  readonly seconds: number;
  /** Of the rig, for its control socket. */
  readonly rigName: string;
}

export interface DemonstrationResult {
  readonly summary: Summary;
  readonly rig: RigProcess;
}

/** Runs the demonstration. The rig is left running in `scope`, everything else that it started has ended. */
export async function demonstrate(
  scope: ProcessScope,
  screen: Screen,
  options: DemonstrationOptions,
): Promise<DemonstrationResult> {
  const engine = options.engine === "xs" ? "in the XS engine, a process each" : "in Node";
  screen.say(`Starting ${HOSTS} cards ${engine}, with cables between them and a serial port each ...`);
  const rig = await startRigProcess(scope, { engine: options.engine, cards: HOSTS, name: options.rigName });
  for (const { id, path } of rig.cards) screen.say(`  card ${id} at ${path}`);

  const own = scope.makeInner();
  try {
    return { rig, summary: await takeAndCheck(own, screen, options, rig) };
  } finally {
    await own.close();
  }
}

/** Everything that happens on a running rig. */
async function takeAndCheck(
  scope: ProcessScope,
  screen: Screen,
  options: DemonstrationOptions,
  rig: RigProcess,
): Promise<Summary> {
  const directory = scope.makeDirectory();
  const files = rig.cards.map(({ id }) => join(directory, `host${id}`));
  const hosts = rig.cards.map(() => scope.fork(HOST_PROCESS));
  await Promise.all(
    rig.cards.map(({ id, path }, index) => {
      const file = files[index] as string;
      return ask(hosts[index] as OwnedProcess, { type: "open", host: id, path, file, timeoutMs: 30_000 });
    }),
  );

  await showPath(screen, rig.name, hosts.at(-1) as OwnedProcess);
  const fromNs = process.hrtime.bigint();
  await runLoad(screen, hosts, options.seconds);
  const reports = await Promise.all(hosts.map((host) => ask(host, { type: "close" })));

  screen.say(
    "",
    screen.bold("Checking every number of every host"),
    "  against every other, by when it was asked for and when it came ...",
    "",
  );
  const { deliveries, tornBytes } = readDeliveryFiles(files);
  const { latenciesUs, ...load } = measureLoad(deliveries, fromNs);
  screen.say(
    screen.bold("Latency under load, as the callers saw it"),
    ...drawHistogram(sortIntoBuckets(latenciesUs)),
    "",
  );
  const sum = (pick: "retries" | "skipped"): number =>
    reports.reduce((total, { card }) => total + (card?.[pick] ?? 0), 0);
  const figures: RunFigures = {
    engine: options.engine,
    hosts: HOSTS,
    callersEach: CALLERS_EACH,
    leastNumbers: LEAST_NUMBERS,
    ...load,
    retries: sum("retries"),
    skipped: sum("skipped"),
  };
  return summarize(figures, check(deliveries), tornBytes);
}

async function showPath(screen: Screen, rigName: string, host: OwnedProcess): Promise<void> {
  screen.say(
    "",
    screen.bold("The way of one number while nobody else asks: three one-way trips, never four"),
  );
  const trace = await recordTrace(rigName, false, async () => {
    await ask(host, { type: "take", count: QUIET_NUMBERS });
  });
  const frames = trace.filter((event): event is FrameEvent => event.event === "frame");
  const paths = findNumberPaths(frames);
  const path = medianPath(paths.slice(Math.floor(paths.length / 3)));
  if (path === undefined) throw new Error("Numbers came, but the rig's trace shows the way of none of them.");
  screen.say("", ...drawPath(path), "");
}

/** All hosts at once, until the time is over and there are enough numbers. */
async function runLoad(screen: Screen, hosts: readonly OwnedProcess[], seconds: number): Promise<void> {
  screen.say(screen.bold(`${HOSTS} hosts, ${CALLERS_EACH} callers each, all at once`));
  const taken = hosts.map(() => 0);
  const startMs = performance.now();
  let running = true;
  const loads = Promise.all(
    hosts.map((host, index) =>
      askWorker<HostReport, HostReport>(host, { type: "load", callers: CALLERS_EACH }, ({ numbers }) => {
        taken[index] = numbers;
      }),
    ),
  ).finally(() => {
    running = false;
  });
  // Whoever fails, fails the whole: awaited below.
  loads.catch(() => {});
  while (running) {
    await sleep(PROGRESS_EVERY_MS);
    const elapsedMs = performance.now() - startMs;
    const sum = taken.reduce((left, right) => left + right, 0);
    const each = taken.map((count, index) => `host ${index + 1}: ${formatCount(count)}`).join("  ");
    screen.showProgress(
      `${(elapsedMs / 1000).toFixed(1).padStart(5)} s  ${formatCount(sum)} numbers  (${each})`,
    );
    if (elapsedMs >= LONGEST_LOAD_MS || (elapsedMs >= seconds * 1000 && sum >= LEAST_NUMBERS)) break;
  }
  for (const host of hosts) tellWorker(host, { type: "stop" });
  await loads;
  screen.endProgress();
}

function ask(host: OwnedProcess, command: HostCommand): Promise<HostReport> {
  return askWorker<HostReport>(host, command);
}
