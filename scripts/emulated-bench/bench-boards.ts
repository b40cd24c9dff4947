import { checkOptions } from "../../boards/virtual/rig-options.js";
import { drawTable, printJson, printLine } from "../../host-bridge/commands/output.js";
import { formatCount, formatLatency } from "../text/quantities.js";
import { BenchFabric } from "./bench-fabric.js";
import type { EngineBenchOptions } from "./bench-options.js";
import {
  type ByRole,
  type LoadFigures,
  measureFailover,
  measureIdle,
  measureLoad,
  otherCard,
} from "./measure.js";
import { type HeapUse, readHeapUse } from "./memory.js";
import { profileRoles, type RoleProfile, readMap } from "./profile-roles.js";

/** Blocks that a host keeps open where several are; as many as a card takes. */
const IN_FLIGHT = 8;
const BLOCK_NUMBERS = 16;
const PROFILE_LINES = 15;

/** Everything that `bench --engine rp2040` measures. */
export interface BoardFigures {
  readonly seed: number;
  /** From power-on until every card gives numbers, init included. */
  readonly readyMs: number;
  readonly idle: ByRole;
  readonly loads: readonly LoadFigures[];
  readonly failoversUs: readonly number[];
  /** Of each card; undefined where the engine's memory was not found. */
  readonly heap: readonly (HeapUse | undefined)[];
  /** Characters that met a full receive buffer, of all cards. */
  readonly overruns: number;
  /** By the watchdog, of all cards. */
  readonly resets: number;
  readonly profiles: readonly RoleProfile[];
}

/**
 * `seqcard bench --engine rp2040`: three emulated boards in a triangle, a computer at each.
 * @throws RigError as `BenchFabric.start`.
 */
export async function benchBoards(options: EngineBenchOptions): Promise<void> {
  const figures = measureBoards(options);
  if (options.json) printJson(figures);
  else show(figures);
  if (figures.loads.some(({ held }) => !held)) process.exitCode = 1;
}

function measureBoards(options: EngineBenchOptions): BoardFigures {
  const { bootrom, failovers, firmware, heapBytes, profile, seconds, seed } = options;
  const map = profile === undefined ? undefined : readMap(profile);
  const fabric = BenchFabric.start(
    checkOptions({
      engine: "rp2040",
      seed,
      fabricId: 7,
      ...(firmware === undefined ? {} : { firmware }),
      ...(bootrom === undefined ? {} : { bootRom: bootrom }),
    }),
  );
  const readyMs = fabric.emulation.nanos / 1e6;
  const idle = measureIdle(fabric, seconds);
  const all = fabric.cards.map(({ id }) => id);
  const load = (name: string, hosts: readonly number[], inFlight: number, count: number): LoadFigures =>
    measureLoad(fabric, name, { hosts, inFlight, count }, seconds, idle);
  const loads = [
    load("one caller, card without a role", [otherCard(fabric)], 1, 1),
    load("one caller, at the primary", [fabric.primary], 1, 1),
    load("one caller, at the secondary", [fabric.secondary], 1, 1),
    load(`${IN_FLIGHT} callers, card without a role`, [otherCard(fabric)], IN_FLIGHT, 1),
    load("three hosts, one block each", all, 1, BLOCK_NUMBERS),
    load(`three hosts, ${IN_FLIGHT} blocks each`, all, IN_FLIGHT, BLOCK_NUMBERS),
  ];
  const profiles = map === undefined ? [] : profileRoles(fabric, map, seconds);
  const heap = fabric.cards.map(({ board }) =>
    board === undefined ? undefined : readHeapUse(board, heapBytes),
  );
  const failoversUs = Array.from({ length: failovers }, () => measureFailover(fabric));
  return {
    seed,
    readyMs,
    idle,
    loads,
    failoversUs,
    heap,
    overruns: fabric.cards.reduce((sum, { lostBytes }) => sum + lostBytes, 0),
    resets: fabric.cards.reduce((sum, { resets }) => sum + resets, 0),
    profiles,
  };
}

function show(figures: BoardFigures): void {
  const { failoversUs, heap, idle, loads, overruns, profiles, readyMs, resets, seed } = figures;
  printLine("Three emulated RP2040 boards in a triangle, in their own time; no flash wait states.");
  printLine(`Seed ${seed}. Ready after ${readyMs.toFixed(0)} ms, init included.`);
  printLine(`Awake while idle: ${percentages(idle)}`);
  const rows = loads.map((load) => [
    load.name,
    formatCount(Math.round(load.blocksPerSecond)),
    formatCount(Math.round(load.numbersPerSecond)),
    formatCount(Math.round(load.framesPerSecond)),
    formatLatency(load.p50Us),
    formatLatency(load.p99Us),
    microseconds(load.cpuPerBlockUs),
    load.held ? "held" : "BROKEN",
  ]);
  const head = [
    "load",
    "blocks/s",
    "numbers/s",
    "frames/s",
    "p50",
    "p99",
    "CPU a block: P, S, other",
    "P1, P2",
  ];
  printLine(drawTable(rows, head));
  if (failoversUs.length > 0) {
    printLine(`Primary lost, until the next number: ${failoversUs.map(formatLatency).join(", ")}`);
  }
  for (const [index, use] of heap.entries()) {
    const text =
      use === undefined
        ? "not found"
        : `${formatCount(use.usedBytes)} of ${formatCount(use.totalBytes)} bytes ever used`;
    printLine(`XS memory of card ${index + 1}: ${text}`);
  }
  printLine(`Characters lost to a full buffer: ${overruns}; resets by the watchdog: ${resets}`);
  for (const profile of profiles) showProfile(profile);
}

function showProfile({ awake, lines, role }: RoleProfile): void {
  const total = lines.reduce((sum, { samples }) => sum + samples, 0);
  printLine(`\n${role}: awake ${(awake * 100).toFixed(1)} %`);
  for (const { name, samples } of lines.slice(0, PROFILE_LINES)) {
    printLine(`  ${((samples / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}

function percentages({ other, primary, secondary }: ByRole): string {
  const text = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return `primary ${text(primary)}, secondary ${text(secondary)}, other ${text(other)}`;
}

function microseconds({ other, primary, secondary }: ByRole): string {
  return [primary, secondary, other].map((us) => `${us.toFixed(0)} µs`).join(", ");
}
