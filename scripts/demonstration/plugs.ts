import type { Deliveries } from "../checker/index.js";
import type { HostFleet } from "../hosts/host-fleet.js";
import { RecoveryTimes } from "../hosts/recovery-times.js";
import { commandRig } from "../processes/rig-control.js";
import { formatLatency } from "../text/quantities.js";

/** How long the fabric goes on like this before the next thing happens. */
const SETTLE_MS = 600;
/** How long all cards are without power. */
const DARK_MS = 500;
/** Then a host counts as never served again. */
const LONGEST_WAIT_MS = 10_000;

/** Something that was done to the fabric while everybody asked for numbers. */
export interface Plug {
  readonly what: string;
  /** From when on numbers can be expected again. */
  readonly fromNs: bigint;
  /** Hosts whose card has power. */
  readonly hosts: readonly number[];
}

/** How long it took until numbers came again, as the callers saw it; null where they did not. */
export interface Recovery {
  readonly what: string;
  readonly anyHostUs: number | null;
  readonly everyHostUs: number | null;
}

/**
 * Takes the power from the primary, then from the one that took over, then from all cards, and gives it back each time.
 * Hosts and cards have the same numbers.
 * @param tell is told what is done.
 */
export async function pullPlugs(
  fleet: HostFleet,
  rigName: string,
  tell: (what: string) => void,
): Promise<Plug[]> {
  const everyone = fleet.notes.map((_, index) => index + 1);
  const plugs: Plug[] = [];
  const observe = async (what: string, fromNs: bigint, hosts: readonly number[]): Promise<void> => {
    plugs.push({ what, fromNs, hosts });
    await fleet.servedSince(fromNs, hosts, LONGEST_WAIT_MS);
    await fleet.wait(() => false, SETTLE_MS);
  };

  for (const title of ["the primary", "the primary by then"]) {
    const card = fleet.view?.primary ?? 0;
    const what = `card ${card}, ${title}, loses its power`;
    tell(what);
    const killedNs = await commandRig(rigName, { command: "kill", card });
    await observe(
      what,
      killedNs,
      everyone.filter((host) => host !== card),
    );
    tell(`card ${card} gets its power back`);
    const startedNs = await commandRig(rigName, { command: "start", card });
    await fleet.servedSince(startedNs, everyone, LONGEST_WAIT_MS);
    await fleet.wait(() => false, SETTLE_MS);
  }

  tell("all cards lose their power at once");
  await commandRig(rigName, { command: "power", on: false });
  await fleet.wait(() => false, DARK_MS);
  const what = "all cards get it back, after none had any";
  tell(what);
  await observe(what, await commandRig(rigName, { command: "power", on: true }), everyone);
  return plugs;
}

/** What the deliveries tell of it. */
export function measurePlugs(deliveries: Deliveries, plugs: readonly Plug[], hosts: number): Recovery[] {
  const times = new RecoveryTimes(
    deliveries,
    plugs.map(({ fromNs }) => fromNs),
    hosts,
  );
  return plugs.map(({ what, fromNs, hosts: served }) => {
    const waitsMs = served.map((host) => times.at(fromNs, host));
    return {
      what,
      anyHostUs: inMicroseconds(Math.min(...waitsMs)),
      everyHostUs: inMicroseconds(Math.max(...waitsMs)),
    };
  });
}

/** @returns lines of text. */
export function drawRecoveries(recoveries: readonly Recovery[]): string[] {
  const column = (us: number | null): string => (us === null ? "never" : formatLatency(us)).padStart(12);
  return [
    `  ${"".padEnd(48)}${"any host".padStart(12)}${"every host".padStart(12)}`,
    ...recoveries.map(
      ({ what, anyHostUs, everyHostUs }) => `  ${what.padEnd(48)}${column(anyHostUs)}${column(everyHostUs)}`,
    ),
  ];
}

function inMicroseconds(ms: number): number | null {
  return Number.isFinite(ms) ? ms * 1000 : null;
}
