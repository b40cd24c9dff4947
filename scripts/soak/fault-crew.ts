import { setTimeout as sleep } from "node:timers/promises";
import type { HostFleet } from "../hosts/host-fleet.js";
import { commandRig } from "../processes/rig-control.js";
import type { Fault } from "./fault.js";
import type { FaultLog } from "./fault-log.js";
import type { Roles } from "./fault-plan.js";

/** Does the faults, and mends each after its time. */
export class FaultCrew {
  private readonly log: FaultLog;
  private readonly fleet: HostFleet;
  private readonly rigName: string | undefined;
  private readonly mends = new Set<Promise<void>>();
  /** What went wrong with a mend; thrown at the next call. */
  private failure: Error | undefined;

  /** @param rigName of the rig that can do faults; without it there are handovers only. */
  constructor(log: FaultLog, fleet: HostFleet, rigName: string | undefined) {
    this.log = log;
    this.fleet = fleet;
    this.rigName = rigName;
  }

  /** @throws RigError where the rig refuses, as it does where a card has died. */
  async strike(fault: Fault, roles: Roles): Promise<void> {
    this.check();
    const record = this.log.add(fault, roles, await this.begin(fault));
    if (fault.kind === "handover") return;
    const mend = sleep(fault.lastsMs)
      .then(() => this.end(fault))
      .then((mendedNs) => {
        record.mendedNs = mendedNs;
      })
      .catch((error: Error) => {
        this.failure ??= error;
      })
      .finally(() => this.mends.delete(mend));
    this.mends.add(mend);
  }

  /** Waits until everything is mended. @throws RigError where something could not be. */
  async mendAll(): Promise<void> {
    await Promise.all(this.mends);
    this.check();
  }

  private check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  private begin(fault: Fault): Promise<bigint> {
    switch (fault.kind) {
      case "kill":
        return this.command({ command: "kill", card: fault.card });
      case "stop":
        return this.command({ command: "pause", card: fault.card });
      case "cut":
        return this.command({ command: "cut", from: fault.from, to: fault.to, oneWay: fault.oneWay });
      case "fabric":
        return this.command({ command: "fabric", action: "cut", fabric: fault.fabric });
      case "power":
        return this.command({ command: "power", on: false });
      case "handover": {
        const atNs = process.hrtime.bigint();
        this.fleet.handOver(this.hostFor(), fault.card);
        return Promise.resolve(atNs);
      }
    }
  }

  private end(fault: Fault): Promise<bigint> {
    switch (fault.kind) {
      case "kill":
        return this.command({ command: "start", card: fault.card });
      case "stop":
        return this.command({ command: "resume", card: fault.card });
      case "cut":
        return this.command({ command: "mend", from: fault.from, to: fault.to });
      case "fabric":
        return this.command({ command: "fabric", action: "mend", fabric: fault.fabric });
      case "power":
        // What the power cut itself seldom hits, a write to flash, the bouncing contact does.
        return this.command({ command: "power", on: true, bounces: true });
      case "handover":
        return Promise.resolve(process.hrtime.bigint());
    }
  }

  private command(request: Parameters<typeof commandRig>[1]): Promise<bigint> {
    if (this.rigName === undefined) throw new Error("Real cards cannot be broken from here.");
    return commandRig(this.rigName, request);
  }

  /** The host that was served last: its card is likely to be well. */
  private hostFor(): number {
    const { notes } = this.fleet;
    const newest = notes.reduce((best, note) => (note.servedNs > best.servedNs ? note : best));
    return notes.indexOf(newest) + 1;
  }
}
