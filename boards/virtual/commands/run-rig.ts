import { fstatSync } from "node:fs";
import { DEFAULT_TIMING, type Timing } from "../../../firmware/wire/constants.js";
import { DEFAULT_CABLE } from "../cable.js";
import { controlPath } from "../control-path.js";
import { ControlServer } from "../control-server.js";
import { type Rig, startRig } from "../rig.js";
import type { RigEvent } from "../rig-events.js";
import type { RigOptions } from "../rig-options.js";

/** How often a rig that a program started looks whether that program is still there. */
const PARENT_CHECK_MS = 1_000;
const WHERE = {
  xs: "on XS, a process each",
  node: "in this process",
  rp2040: "on emulated RP2040 boards, in virtual time",
} as const;
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What the command line adds to the rig's own options. */
export interface RunRigOptions extends RigOptions {
  readonly name: string;
  readonly json: boolean;
}

/**
 * Runs a rig until somebody stops it: a signal, `rig stop`, or the end of whoever reads its output.
 * @throws RigError as `startRig`, and RIG_RUNNING.
 */
export async function runRig(options: RunRigOptions): Promise<void> {
  const { name, json } = options;
  const say = (event: object, text: string): void => {
    process.stdout.write(`${json ? JSON.stringify(event) : text}\n`);
  };
  const stop = stopOrder();
  let rig: Rig | undefined;
  const control = await ControlServer.open(controlPath(name), {
    get rig() {
      return rig;
    },
    onStop: stop.give,
  });
  // Somebody may call process.exit; then nothing that waits gets its turn.
  const abandon = (): void => {
    rig?.abandon();
    control.abandon();
  };
  process.once("exit", abandon);
  try {
    rig = await Promise.race([startRig(options), stop.given]);
    if (rig === undefined) return;
    rig.listen((event) => say(event, describeEvent(event)));
    say(readyEvent(rig), describeRig(rig, name));
    await stop.given;
  } finally {
    await rig?.stop();
    await control.close();
    stop.forget();
    process.off("exit", abandon);
  }
}

/** @returns what tells that the rig is to end, and how to tell it so. */
function stopOrder(): { given: Promise<undefined>; give: () => void; forget: () => void } {
  let give!: () => void;
  const given = new Promise<undefined>((resolve) => {
    give = () => resolve(undefined);
  });
  for (const signal of STOP_SIGNALS) process.once(signal, give);
  process.stdout.on("error", give);
  const watch = isRead() ? watchParent(give) : undefined;
  const forget = (): void => {
    for (const signal of STOP_SIGNALS) process.off(signal, give);
    clearInterval(watch);
  };
  return { given, give, forget };
}

/** Whether a program reads the output, rather than a person or a file. */
function isRead(): boolean {
  const output = fstatSync(1);
  return output.isFIFO() || output.isSocket();
}

function watchParent(onGone: () => void): NodeJS.Timeout {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, PARENT_CHECK_MS);
  return watch.unref();
}

function readyEvent(rig: Rig): object {
  const { cable, engine, first, seed, timing, topology } = rig.settings;
  const cards = rig.cards.map(({ id, path, processId }) => ({ id, path, processId }));
  return { event: "ready", cards, engine, topology, seed, first: String(first), cable, timing };
}

function describeRig(rig: Rig, name: string): string {
  const { cable, engine, seed, timing, topology } = rig.settings;
  const where = WHERE[engine];
  const lines = [
    `${rig.cards.length} cards ${where}; ${topology}, ${cable.bitRate} bit/s; seed ${seed}`,
    ...rig.cards.map(({ id, path }) => `  card ${id}   ${path}`),
  ];
  const faults = differences(cable, DEFAULT_CABLE);
  if (faults !== "") lines.push(`Cables: ${faults}`);
  const times = differences<Timing>(timing, DEFAULT_TIMING);
  if (times !== "") lines.push(`Not the default timing: ${times}`);
  const option = name === "default" ? "" : ` --name ${name}`;
  lines.push(
    `Ctrl-C ends it. From elsewhere: seqcard rig kill 2${option}, start 2, pause 2, cut 1-2, power off, stop`,
  );
  return lines.join("\n");
}

function differences<T extends object>(actual: T, usual: T): string {
  return Object.entries(actual)
    .filter(([name, value]) => value !== usual[name as keyof T])
    .map(([name, value]) => `${name} ${value} (usually ${usual[name as keyof T]})`)
    .join(", ");
}

function describeEvent(event: RigEvent): string {
  switch (event.event) {
    case "started":
      return `Card ${event.id} has power: ${event.path}`;
    case "killed":
      return `Card ${event.id} has no power.`;
    case "paused":
      return `Card ${event.id} hangs.`;
    case "resumed":
      return `Card ${event.id} goes on.`;
    case "died":
      return `Card ${event.id} died: ${event.reason}. rig start ${event.id} starts it again.`;
    case "cut":
      return `Cable ${event.from}-${event.to} is cut${event.oneWay ? " one way" : ""}.`;
    case "mended":
      return `Cable ${event.from}-${event.to} is mended.`;
    case "stopped":
      return "The rig has ended.";
  }
}
