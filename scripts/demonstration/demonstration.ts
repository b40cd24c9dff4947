import { join } from "node:path";
import type { FrameEvent } from "../../boards/virtual/trace.js";
import { check, readDeliveryFiles } from "../checker/index.js";
import { HostFleet } from "../hosts/host-fleet.js";
import type { HostReport } from "../hosts/host-process.js";
import type { ProcessScope } from "../processes/process-scope.js";
import { type RigProcess, startRigProcess } from "../processes/rig-process.js";
import { recordTrace } from "../processes/rig-trace.js";
import { formatCount } from "../text/quantities.js";
import { drawHistogram, sortIntoBuckets } from "./draw-histogram.js";
import { drawPath } from "./draw-path.js";
import { measureLoad } from "./load-figures.js";
import { findNumberPaths, medianPath } from "./number-path.js";
import { drawRecoveries, measurePlugs, pullPlugs } from "./plugs.js";
import type { Screen } from "./screen.js";
import { type RunFigures, type Summary, summarize } from "./summary.js";

const HOSTS = 3;
const CALLERS_EACH = 256;
const LEAST_NUMBERS = 100_000;
/** On a slow machine the load goes on until there are enough numbers, but not for ever. */
const LONGEST_LOAD_MS = 25_000;
/** Taken one at a time, so that one way can be followed; the first ones warm the engines. */
const QUIET_NUMBERS = 60;
/** Of finding a card without a role. */
const PATH_TRIES = 6;
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
  // Ports that keep their names when their cards lose their power.
  const more = ["--dir", join(scope.makeDirectory(), "ports")];
  const rig = await startRigProcess(scope, {
    engine: options.engine,
    cards: HOSTS,
    name: options.rigName,
    more,
  });
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
  const paths = rig.cards.map(({ path }) => path);
  const fleet = await HostFleet.open(scope, scope.makeDirectory(), paths);
  await showPath(screen, rig.name, fleet);

  const fromNs = process.hrtime.bigint();
  fleet.startLoad(CALLERS_EACH);
  await showLoad(screen, fleet, options.seconds);
  const toNs = process.hrtime.bigint();
  screen.say(
    "",
    screen.bold("Pulling plugs, while everybody goes on asking"),
    "  the time is that to the next number that was asked for after it; measured below, from every number's record",
  );
  const plugs = await pullPlugs(fleet, rig.name, (what) => screen.say(`  ${what} ...`));
  await fleet.stopLoad();
  const reports = await fleet.close();

  screen.say(
    "",
    screen.bold("Checking every number of every host"),
    "  against every other, by when it was asked for and when it came ...",
    "",
  );
  const { deliveries, tornBytes } = readDeliveryFiles(fleet.files);
  const { latenciesUs, ...load } = measureLoad(deliveries, fromNs, toNs);
  const recoveries = measurePlugs(deliveries, plugs, HOSTS);
  screen.say(
    screen.bold("Latency under load, as the callers saw it before the first plug was pulled"),
    ...drawHistogram(sortIntoBuckets(latenciesUs)),
    "",
    screen.bold("Time to the next number"),
    ...drawRecoveries(recoveries),
    "",
  );
  const figures: RunFigures = {
    engine: options.engine,
    hosts: HOSTS,
    callersEach: CALLERS_EACH,
    leastNumbers: LEAST_NUMBERS,
    ...load,
    recoveries,
    rejected: countRejected(reports),
  };
  return summarize(figures, check(deliveries), tornBytes);
}

async function showPath(screen: Screen, rigName: string, fleet: HostFleet): Promise<void> {
  screen.say(
    "",
    screen.bold("The way of one number while nobody else asks: three one-way trips, never four"),
  );
  for (let host = idleHost(fleet), tries = 1; ; host = 1 + (host % HOSTS), tries += 1) {
    const trace = await recordTrace(rigName, false, () => fleet.take(host, QUIET_NUMBERS));
    const frames = trace.filter((event): event is FrameEvent => event.event === "frame");
    const paths = findNumberPaths(frames);
    const path = medianPath(paths.slice(Math.floor(paths.length / 3)));
    if (path !== undefined) {
      screen.say("", ...drawPath(path), "");
      return;
    }
    // The roles have moved meanwhile: another card is without one now.
    if (tries === PATH_TRIES)
      throw new Error("Numbers came, but the rig's trace shows the way of none of them.");
  }
}

/** The host whose card is only an originator: its numbers go all the way. */
function idleHost(fleet: HostFleet): number {
  const { primary, secondary } = fleet.view ?? {};
  const index = fleet.notes.findIndex(({ cardId }) => cardId !== primary && cardId !== secondary);
  return index < 0 ? HOSTS : index + 1;
}

/** All hosts at once, until the time is over and there are enough numbers. */
async function showLoad(screen: Screen, fleet: HostFleet, seconds: number): Promise<void> {
  screen.say(screen.bold(`${HOSTS} hosts, ${CALLERS_EACH} callers each, all at once`));
  const startMs = performance.now();
  for (;;) {
    await fleet.wait(() => false, PROGRESS_EVERY_MS);
    const elapsedMs = performance.now() - startMs;
    const each = fleet.notes
      .map(({ numbers }, index) => `host ${index + 1}: ${formatCount(numbers)}`)
      .join("  ");
    screen.showProgress(
      `${(elapsedMs / 1000).toFixed(1).padStart(5)} s  ${formatCount(fleet.numbers)} numbers  (${each})`,
    );
    if (elapsedMs >= LONGEST_LOAD_MS) break;
    if (elapsedMs >= seconds * 1000 && fleet.numbers >= LEAST_NUMBERS) break;
  }
  screen.endProgress();
}

function countRejected(reports: readonly HostReport[]): number {
  const counts = reports.flatMap(({ rejected }) => Object.values(rejected));
  return counts.reduce((sum, count) => sum + count, 0);
}
