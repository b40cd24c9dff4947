import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { newestOfMirror } from "../../../host-bridge/index.js";
import { check, describeResult, readDeliveryFiles } from "../../../scripts/checker/index.js";
import { HostFleet } from "../../../scripts/hosts/host-fleet.js";
import { startDaemonProcess } from "../../../scripts/processes/daemon-process.js";
import { ProcessScope } from "../../../scripts/processes/process-scope.js";
import { commandRig } from "../../../scripts/processes/rig-control.js";
import { type RigProcess, startRigProcess } from "../../../scripts/processes/rig-process.js";
import { temporaryDirectory } from "./daemon-bench.js";

const PROCESSES = 4;
const CALLERS = 64;
const SERVED_WITHIN_MS = 30_000;
/** Leases that a computer with many other things to do can hold. */
const CALM = ["--lease-ms", "300", "--beacon-ms", "40"];

function scopeOf(t: ExecutionContext): ProcessScope {
  t.timeout(240_000);
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  return scope;
}

async function servedNow(t: ExecutionContext, fleet: HostFleet, what: string): Promise<void> {
  const hosts = Array.from({ length: PROCESSES }, (_, index) => index + 1);
  t.deepEqual(await fleet.servedSince(process.hrtime.bigint(), hosts, SERVED_WITHIN_MS), [], what);
}

function judge(t: ExecutionContext, fleet: HostFleet): void {
  const { deliveries, tornBytes } = readDeliveryFiles(fleet.files);
  const result = check(deliveries);
  t.is(tornBytes, 0);
  t.true(result.held, describeResult(result));
  t.true(result.records > PROCESSES * CALLERS, `${result.records} numbers`);
  t.log(`${result.records} numbers, longest gap ${result.longestGap}`);
}

function portsOf(rig: RigProcess, ids: readonly number[]): string[] {
  return ids.map((id) => rig.cards.find((card) => card.id === id)?.path ?? "");
}

for (const engine of ["node", "xs"] as const) {
  test.serial(
    `four processes, one daemon with two cards on ${engine}; card, daemon and primary killed in mid-stream, a daemon ended: nothing twice, nothing out of order`,
    async (t) => {
      const scope = scopeOf(t);
      const name = `daemon-${engine}-${process.pid}`;
      const rig = await startRigProcess(scope, { engine, cards: 3, name, more: CALM });
      const directory = temporaryDirectory(t);
      const options = { ports: portsOf(rig, [2, 3]), socket: join(directory, "s") };
      const daemon = await startDaemonProcess(scope, options);
      const fleet = await HostFleet.connect(scope, directory, options.socket, PROCESSES);
      fleet.startLoad(CALLERS);
      await servedNow(t, fleet, "at first");

      await commandRig(name, { command: "kill", card: 2 });
      await servedNow(t, fleet, "by the other card");
      await commandRig(name, { command: "start", card: 2 });

      daemon.child.kill("SIGKILL");
      await daemon.ended;
      const second = await startDaemonProcess(scope, options);
      await servedNow(t, fleet, "by the next daemon, at the socket that the killed one left");

      second.child.kill("SIGTERM");
      await second.ended;
      t.is(second.child.exitCode, 0, "ended in mid-stream, and not by force");
      await startDaemonProcess(scope, options);
      await servedNow(t, fleet, "by the one after it");

      await commandRig(name, { command: "kill", card: 1 });
      await servedNow(t, fleet, "after a failover of the fabric");

      await fleet.stopLoad();
      t.true(newestOfMirror(`${options.socket}.mirror`) > 0n);
      await fleet.close();
      judge(t, fleet);
      for (const note of fleet.notes) t.deepEqual(note.rejected, {}, "no caller noticed");
    },
  );
}
