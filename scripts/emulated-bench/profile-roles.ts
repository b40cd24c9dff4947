import { readFileSync } from "node:fs";
import { MapFile } from "../../boards/emulated/profile/map-file.js";
import { type ProfileLine, Profiler } from "../../boards/emulated/profile/profiler.js";
import { messageOf, RigError } from "../../boards/virtual/rig-error.js";
import type { BenchFabric } from "./bench-fabric.js";
import { LoadRun } from "./load.js";
import { otherCard } from "./measure.js";

/** Where a role spends its time. */
export interface RoleProfile {
  readonly role: string;
  /** Share of the looks at which its core was awake. */
  readonly awake: number;
  /** The busiest functions first. */
  readonly lines: readonly ProfileLine[];
}

/** @throws RigError BAD_OPTION. */
export function readMap(path: string): MapFile {
  try {
    return new MapFile(readFileSync(path, "utf8"));
  } catch (error) {
    throw new RigError("BAD_OPTION", `The map ${path} cannot be read: ${messageOf(error)}.`, error);
  }
}

/** Profiles all roles while one caller at the card without a role asks all the time. */
export function profileRoles(fabric: BenchFabric, map: MapFile, seconds: number): RoleProfile[] {
  const other = otherCard(fabric);
  const roles = [
    ["primary", fabric.primary],
    ["secondary", fabric.secondary],
    ["originator", other],
  ] as const;
  const run = new LoadRun(fabric, { hosts: [other], inFlight: 1, count: 1 }).start();
  const profilers = roles.map(([role, card]) => {
    const { board } = fabric.card(card);
    if (board === undefined) throw new RigError("CARD_STOPPED", `Card ${card} has no power.`);
    return { role, profiler: new Profiler(board) };
  });
  fabric.pass(seconds * 1e9);
  const profiles = profilers.map(({ profiler, role }) => {
    profiler.stop();
    const lines = profiler.report(map);
    const busy = lines.reduce((sum, { samples }) => sum + samples, 0);
    return { role, lines, awake: busy / Math.max(1, busy + profiler.asleep) };
  });
  run.finish();
  return profiles;
}
