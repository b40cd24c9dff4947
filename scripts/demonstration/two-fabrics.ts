import { join } from "node:path";
import { check, readDeliveryFiles } from "../checker/index.js";
import { HostFleet } from "../hosts/host-fleet.js";
import { longestWaitMs, type Span } from "../hosts/longest-wait.js";
import { startDaemonProcess } from "../processes/daemon-process.js";
import type { ProcessScope } from "../processes/process-scope.js";
import { commandRig } from "../processes/rig-control.js";
import { startRigProcess } from "../processes/rig-process.js";
import { formatCount } from "../text/quantities.js";
import type { Screen } from "./screen.js";

/** Hosts, and cards on each fabric. */
const SIZE = 3;
const CALLERS_EACH = 32;
const SERVED_WITHIN_MS = 15_000;

export interface FabricsFigures {
  readonly held: boolean;
  readonly delivered: number;
  /** At a cut of all cables of fabric 1, and of fabric 2. */
  readonly longestWaitsMs: readonly number[];
}

/** Shows hosts with a card on each of two fabrics, each of which is cut as a whole while numbers are taken. */
export async function showTwoFabrics(
  scope: ProcessScope,
  screen: Screen,
  engine: "xs" | "node",
): Promise<FabricsFigures> {
  const own = scope.makeInner();
  try {
    return await cutFabrics(own, screen, engine);
  } finally {
    await own.close();
  }
}

async function cutFabrics(
  scope: ProcessScope,
  screen: Screen,
  engine: "xs" | "node",
): Promise<FabricsFigures> {
  screen.say(
    "",
    screen.bold("Two fabrics: three hosts with a card on each, which nothing joins but their daemons"),
  );
  const directory = scope.makeDirectory();
  const name = `fabrics-${process.pid}`;
  const more = ["--fabrics", "2", "--dir", directory];
  await startRigProcess(scope, { engine, cards: SIZE, name, more });
  const sockets: string[] = [];
  for (let host = 1; host <= SIZE; host += 1) {
    const socket = join(directory, `daemon${host}`);
    const ports = [host, host + SIZE].map((card) => join(directory, `card${card}`));
    await startDaemonProcess(scope, { ports, socket });
    sockets.push(socket);
  }
  const fleet = await HostFleet.connectEach(scope, directory, sockets);
  fleet.startLoad(CALLERS_EACH);
  const cuts: Span[] = [];
  let areServed = await servedNow(fleet);
  for (const fabric of [1, 2]) {
    screen.say(`  all cables of fabric ${fabric} are cut ...`);
    const cutNs = await commandRig(name, { command: "fabric", action: "cut", fabric });
    areServed = (await servedNow(fleet)) && areServed;
    cuts.push([cutNs, await commandRig(name, { command: "fabric", action: "mend", fabric })]);
    areServed = (await servedNow(fleet)) && areServed;
  }
  await fleet.stopLoad();
  await fleet.close();
  const { deliveries, tornBytes } = readDeliveryFiles(fleet.files);
  const result = check(deliveries);
  const held = areServed && result.held && tornBytes === 0;
  const longestWaitsMs = cuts.map((span) => longestWaitMs(deliveries, span));
  const waits = longestWaitsMs.map((ms) => `${ms.toFixed(0)} ms`).join(" and ");
  screen.say(
    `  ${formatCount(result.records)} numbers, ${result.duplicates} twice, ${result.orderViolations} out of order; the longest wait was ${waits}`,
    "",
  );
  return { held, delivered: result.records, longestWaitsMs };
}

/** @returns whether every host gets a number that it asks for from now on. */
async function servedNow(fleet: HostFleet): Promise<boolean> {
  const hosts = Array.from({ length: SIZE }, (_, index) => index + 1);
  return (await fleet.servedSince(process.hrtime.bigint(), hosts, SERVED_WITHIN_MS)).length === 0;
}
