import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askRig, subscribeRig } from "../../boards/virtual/control-client.js";
import { createRandom } from "../../boards/virtual/random.js";
import type { RigEvent, RigStatus } from "../../boards/virtual/rig-events.js";
import { check, readDeliveryFiles } from "../checker/index.js";
import type { Screen } from "../demonstration/screen.js";
import { HostFleet } from "../hosts/host-fleet.js";
import { startDaemonProcess } from "../processes/daemon-process.js";
import type { ProcessScope } from "../processes/process-scope.js";
import { startRigProcess } from "../processes/rig-process.js";
import { formatCount } from "../text/quantities.js";
import type { Fabric } from "./connected-quorum.js";
import type { FaultKind } from "./fault.js";
import { FaultCrew } from "./fault-crew.js";
import { describeRecord, FaultLog } from "./fault-log.js";
import { FaultPlan } from "./fault-plan.js";
import { type SoakResult, summarizeSoak } from "./soak-result.js";

/** How long numbers are taken before the first fault, and after the last is mended and everyone is served. */
const CALM_MS = 1_000;
/** How long the news of a death may take. */
const DEATH_NOTE_MS = 500;
/** How long after the last fault is mended a host may wait for a number. A port is found again after a second at most. */
const SERVED_AGAIN_MS = 30_000;

export interface SoakOptions {
  readonly engine: "xs" | "node";
  /** Of each fabric. */
  readonly cards: number;
  /** 2: each host has a card of both, and a daemon that joins them. */
  readonly fabrics: number;
  readonly seconds: number;
  readonly faults: readonly FaultKind[];
  readonly callers: number;
  readonly seed: number;
  /** Ports of real cards, instead of a rig; then the only "fault" is a handover. */
  readonly ports?: readonly string[];
  /** Options for the rig's timing, such as `--lease-ms`, `240`. */
  readonly timing: readonly string[];
  /** A folder for deliveries and faults. Without it they are kept only where something broke. */
  readonly keep?: string;
}

/** What the hosts are plugged into. */
interface Bench {
  /** Ports; with two fabrics the sockets of the hosts' daemons. */
  readonly paths: readonly string[];
  readonly trunks: readonly (readonly [number, number])[];
  /** Undefined for real cards. */
  readonly rigName: string | undefined;
  readonly cables: Fabric["cables"];
  /** Cards that ended by themselves, and why. */
  readonly deaths: readonly string[];
}

/** Runs a soak. Everything that it starts is in `scope`. @throws Error where it cannot be run to its end. */
export async function soak(scope: ProcessScope, screen: Screen, options: SoakOptions): Promise<SoakResult> {
  const directory = scope.makeDirectory();
  const bench =
    options.ports === undefined ? await startBench(scope, screen, options) : realBench(options.ports);
  const fleet =
    bench.trunks.length === 0
      ? await HostFleet.open(scope, directory, bench.paths)
      : await HostFleet.connectEach(scope, directory, bench.paths);
  const cardIds = bench.trunks.length > 0 ? cardsOf(bench.trunks) : fleet.notes.map(({ cardId }) => cardId);
  const log = new FaultLog({
    cards: cardIds,
    cables: bench.cables.length > 0 ? bench.cables : mesh(cardIds),
    trunks: bench.trunks,
  });

  fleet.startLoad(options.callers);
  await fleet.wait(() => false, CALM_MS);
  await causeFaults(screen, options, bench, fleet, log);
  const hosts = bench.paths.map((_, index) => index + 1);
  await fleet.servedSince(process.hrtime.bigint(), hosts, SERVED_AGAIN_MS);
  await fleet.wait(() => false, CALM_MS);
  const hostsNotServed = await fleet.servedSince(process.hrtime.bigint(), hosts, SERVED_AGAIN_MS);
  const viewChanges = Math.max(0, fleet.viewCount - 1);
  await fleet.stopLoad();
  screen.endProgress();
  const reports = await fleet.close();

  const { deliveries } = readDeliveryFiles(fleet.files);
  const result = summarizeSoak(
    {
      engine: options.ports === undefined ? options.engine : "real cards",
      cards: cardIds.length,
      callersEach: options.callers,
      seed: options.seed,
      seconds: options.seconds,
      timing: options.timing,
      viewChanges,
      hostsNotServed,
      deaths: bench.deaths,
    },
    deliveries,
    check(deliveries),
    log.records,
    reports,
  );
  if (result.held && options.keep === undefined) return result;
  const evidence = options.keep ?? mkdtempSync(join(tmpdir(), "seqcard-soak-"));
  keepEvidence(evidence, directory, result, log);
  return { ...result, evidence };
}

async function startBench(scope: ProcessScope, screen: Screen, options: SoakOptions): Promise<Bench> {
  const { cards, engine, fabrics, seed, timing } = options;
  const name = `soak-${process.pid}`;
  screen.say(
    `Starting ${cards * fabrics} cards on ${engine === "xs" ? "XS, a process each" : "Node"}; seed ${seed} ...`,
  );
  const links = join(scope.makeDirectory(), "ports");
  const more = ["--fabrics", `${fabrics}`, "--dir", links, "--seed", `${seed >>> 0}`, ...timing];
  const rig = await startRigProcess(scope, { engine, cards, name, more });
  const { cables } = (await askRig(name, { command: "status" })) as RigStatus;
  const deaths: string[] = [];
  const watch = (event: unknown): void => {
    const told = event as RigEvent;
    if (told.event === "died") deaths.push(`Card ${told.id} died: ${told.reason}.`);
  };
  // It ends with the rig; that the rig is gone is told by the next command to it.
  subscribeRig(name, { command: "events" }, watch).catch(() => {});
  const trunks =
    fabrics === 1 ? [] : Array.from({ length: cards }, (_, index) => [index + 1, index + 1 + cards] as const);
  const paths = rig.cards.map(({ path }) => path);
  return {
    paths: fabrics === 1 ? paths : await startDaemons(scope, trunks, paths),
    trunks,
    rigName: name,
    cables: cables.map(({ a, b }) => [a, b] as const),
    deaths,
  };
}

/** @returns the socket of each host's daemon. */
async function startDaemons(
  scope: ProcessScope,
  trunks: Bench["trunks"],
  paths: readonly string[],
): Promise<string[]> {
  const directory = scope.makeDirectory();
  const sockets: string[] = [];
  for (const cards of trunks) {
    const socket = join(directory, `daemon${cards[0]}`);
    await startDaemonProcess(scope, { ports: cards.map((card) => paths[card - 1] as string), socket });
    sockets.push(socket);
  }
  return sockets;
}

function realBench(ports: readonly string[]): Bench {
  return { paths: ports, trunks: [], rigName: undefined, cables: [], deaths: [] };
}

/** Until the time is over; everything is mended when it returns. */
async function causeFaults(
  screen: Screen,
  { callers, faults, seconds, seed }: SoakOptions,
  bench: Bench,
  fleet: HostFleet,
  log: FaultLog,
): Promise<void> {
  const { cables, trunks } = bench;
  const cards = trunks.length > 0 ? cardsOf(trunks) : fleet.notes.map(({ cardId }) => cardId);
  const fabric: Fabric = { cards, cables, trunks };
  const plan = new FaultPlan(fabric, faults, createRandom(seed));
  const crew = new FaultCrew(log, fleet, bench.rigName);
  const startMs = performance.now();
  const show = (): void => {
    const time = `${((performance.now() - startMs) / 1000).toFixed(1).padStart(6)} s`;
    const newest = log.records.at(-1);
    const doing = newest === undefined ? "" : `, ${describeRecord(newest)}`;
    screen.showProgress(
      `${time}  ${formatCount(fleet.numbers)} numbers at ${fleet.notes.length} x ${callers} callers, ` +
        `${fleet.viewCount} views, ${log.records.length} faults${doing}`,
    );
  };
  const progress = setInterval(show, 200);
  try {
    while (performance.now() - startMs < seconds * 1000 && bench.deaths.length === 0) {
      await fleet.wait(() => false, plan.nextPauseMs());
      const { primary = 0, secondary = 0 } = fleet.view ?? {};
      const fault = plan.next(log.active, { primary, secondary });
      if (fault !== undefined) await crew.strike(fault, { primary, secondary });
    }
    await crew.mendAll();
  } catch (error) {
    // The rig refuses what cannot be done to a card that has died. That one is told of in the result.
    await fleet.wait(() => bench.deaths.length > 0, DEATH_NOTE_MS);
    if (bench.deaths.length === 0) throw error;
  } finally {
    clearInterval(progress);
  }
}

function cardsOf(trunks: Bench["trunks"]): number[] {
  return trunks.flat().sort((one, other) => one - other);
}

function mesh(cards: readonly number[]): Fabric["cables"] {
  return cards.flatMap((a, index) => cards.slice(index + 1).map((b) => [a, b] as const));
}

function keepEvidence(folder: string, deliveries: string, result: SoakResult, log: FaultLog): void {
  mkdirSync(folder, { recursive: true });
  cpSync(deliveries, folder, { recursive: true });
  const plain = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}` : value);
  writeFileSync(join(folder, "faults.json"), JSON.stringify(log.records, plain, 1));
  writeFileSync(join(folder, "result.json"), JSON.stringify(result, null, 1));
}
