import { join } from "node:path";
import type { View } from "../../host-bridge/index.js";
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
const SERVED_WITHIN_MS = 60_000;
/** The cards move a role to the other fabric two seconds after they were founded. It is a wish of theirs, so nothing hangs on it. */
const APART_WITHIN_MS = 6_000;

/** What is done to a whole fabric, and how it is undone. */
const BLOWS = [
  {
    what: "all cables of fabric 1 are cut",
    fabric: 1,
    action: "cut",
    undo: "mend",
    undone: "they are mended",
  },
  {
    what: "all cables of fabric 2 are cut",
    fabric: 2,
    action: "cut",
    undo: "mend",
    undone: "they are mended",
  },
  // Card 1 has the vote that breaks the tie: the cards of fabric 1 go on without those of fabric 2.
  {
    what: "all cards of fabric 2 lose their power",
    fabric: 2,
    action: "kill",
    undo: "start",
    undone: "they get it back",
  },
] as const;

export interface FabricsFigures {
  readonly held: boolean;
  readonly delivered: number;
  /** The longest that a call waited at each blow. */
  readonly waits: readonly { readonly what: string; readonly longestMs: number }[];
}

/** Shows hosts with a card on each of two fabrics, which lose all cables of each in turn and all cards of one, while numbers are taken. */
export async function showTwoFabrics(
  scope: ProcessScope,
  screen: Screen,
  engine: "xs" | "node",
): Promise<FabricsFigures> {
  const own = scope.makeInner();
  try {
    return await strikeFabrics(own, screen, engine);
  } finally {
    await own.close();
  }
}

async function strikeFabrics(
  scope: ProcessScope,
  screen: Screen,
  engine: "xs" | "node",
): Promise<FabricsFigures> {
  screen.say(
    "",
    screen.bold("Two fabrics: three hosts with a card on each, which nothing joins but their daemons"),
    "  cards 1, 2 and 3 are on fabric 1, cards 4, 5 and 6 on fabric 2",
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
  let areServed = await servedNow(fleet);
  await fleet.wait(() => areRolesApart(fleet.view), APART_WITHIN_MS);
  screen.say(`  ${drawRoles(fleet.view)}`);
  const spans: Span[] = [];
  for (const { what, fabric, action, undo, undone } of BLOWS) {
    screen.say(`  ${what} ...`);
    const fromNs = await commandRig(name, { command: "fabric", action, fabric });
    areServed = (await servedNow(fleet)) && areServed;
    // Numbers may come before the hosts have heard whose they are.
    if (action === "kill") await fleet.wait(() => areRolesOff(fabric, fleet.view), SERVED_WITHIN_MS);
    screen.say(`    every host has new numbers; ${drawRoles(fleet.view)}`);
    spans.push([fromNs, await commandRig(name, { command: "fabric", action: undo, fabric })]);
    areServed = (await servedNow(fleet)) && areServed;
    screen.say(`  ${undone}; ${drawRoles(fleet.view)}`);
  }
  await fleet.stopLoad();
  await fleet.close();
  const { deliveries, tornBytes } = readDeliveryFiles(fleet.files);
  const result = check(deliveries);
  const waits = BLOWS.map(({ what }, index) => ({
    what,
    longestMs: longestWaitMs(deliveries, spans[index] as Span),
  }));
  screen.say(
    "",
    "  longest wait for a number",
    ...waits.map(({ what, longestMs }) => `  ${what.padEnd(48)}${`${longestMs.toFixed(0)} ms`.padStart(12)}`),
    `  ${formatCount(result.records)} numbers, ${result.duplicates} twice, ${result.orderViolations} out of order`,
    "",
  );
  return { held: areServed && result.held && tornBytes === 0, delivered: result.records, waits };
}

function fabricOf(card: number): number {
  return Math.ceil(card / SIZE);
}

function areRolesApart(view: View | null): boolean {
  return view !== null && fabricOf(view.primary) !== fabricOf(view.secondary);
}

function areRolesOff(fabric: number, view: View | null): boolean {
  return view !== null && fabricOf(view.primary) !== fabric && fabricOf(view.secondary) !== fabric;
}

function drawRoles(view: View | null): string {
  if (view === null) return "nobody knows who has the roles";
  const { primary, secondary } = view;
  return `primary is card ${primary} on fabric ${fabricOf(primary)}, secondary card ${secondary} on fabric ${fabricOf(secondary)}`;
}

/** @returns whether every host gets a number that it asks for from now on. */
async function servedNow(fleet: HostFleet): Promise<boolean> {
  const hosts = Array.from({ length: SIZE }, (_, index) => index + 1);
  return (await fleet.servedSince(process.hrtime.bigint(), hosts, SERVED_WITHIN_MS)).length === 0;
}
