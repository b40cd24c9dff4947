import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { check, describeResult, readDeliveryFiles } from "../../../scripts/checker/index.js";
import { HostFleet } from "../../../scripts/hosts/host-fleet.js";
import { longestWaitMs, type Span } from "../../../scripts/hosts/longest-wait.js";
import { startDaemonProcess } from "../../../scripts/processes/daemon-process.js";
import { ProcessScope } from "../../../scripts/processes/process-scope.js";
import { commandRig } from "../../../scripts/processes/rig-control.js";
import { startRigProcess } from "../../../scripts/processes/rig-process.js";
import { waitUntil } from "../../../scripts/processes/wait-until.js";
import { temporaryDirectory } from "./daemon-bench.js";

/** Cards of each fabric, and hosts, each with a card of both. */
const SIZE = 3;
const CALLERS = 32;
const SERVED_WITHIN_MS = 30_000;
/** Leases that a computer with many other things to do can hold. */
const CALM = ["--lease-ms", "300", "--beacon-ms", "40"];

async function servedNow(t: ExecutionContext, fleet: HostFleet, hosts: number, what: string): Promise<void> {
  const all = Array.from({ length: hosts }, (_, index) => index + 1);
  t.deepEqual(await fleet.servedSince(process.hrtime.bigint(), all, SERVED_WITHIN_MS), [], what);
}

for (const engine of ["node", "xs"] as const) {
  test.serial(
    `two fabrics on ${engine}, a daemon a host, four processes: each whole fabric cut in mid-stream, then its cards lost`,
    async (t) => {
      t.timeout(240_000);
      const scope = new ProcessScope();
      t.teardown(() => scope.close());
      const directory = temporaryDirectory(t);
      const name = `fabrics-${engine}-${process.pid}`;
      const more = ["--fabrics", "2", "--dir", directory, ...CALM];
      const { cards } = await startRigProcess(scope, { engine, cards: SIZE, name, more });
      t.is(cards.length, 2 * SIZE);
      const sockets: string[] = [];
      for (let host = 1; host <= SIZE; host += 1) {
        const socket = join(directory, `daemon${host}`);
        const ports = [host, host + SIZE].map((card) => join(directory, `card${card}`));
        await startDaemonProcess(scope, { ports, socket });
        sockets.push(socket);
      }
      const fleet = await HostFleet.connectEach(scope, directory, [...sockets, sockets[0] as string]);
      const hosts = sockets.length + 1;
      fleet.startLoad(CALLERS);
      await servedNow(t, fleet, hosts, "at first");
      const side = (card: number): number => Math.ceil(card / SIZE);
      await waitUntil("primary and secondary on different fabrics", SERVED_WITHIN_MS, async () => {
        const { view } = fleet;
        return view !== null && side(view.primary) !== side(view.secondary) ? true : undefined;
      });

      const cuts: Span[] = [];
      for (const fabric of [side(fleet.view?.primary ?? 1), 3 - side(fleet.view?.primary ?? 1)]) {
        const cutNs = await commandRig(name, { command: "fabric", action: "cut", fabric });
        await servedNow(t, fleet, hosts, `all cables of fabric ${fabric} cut`);
        cuts.push([cutNs, await commandRig(name, { command: "fabric", action: "mend", fabric })]);
        await servedNow(t, fleet, hosts, `mended`);
      }
      // Card 1 has the vote that breaks the tie: with fabric 2 gone the cards of fabric 1 are a quorum.
      const killedNs = await commandRig(name, { command: "fabric", action: "kill", fabric: 2 });
      await servedNow(t, fleet, hosts, "all cards of fabric 2 lost");
      const startedNs = await commandRig(name, { command: "fabric", action: "start", fabric: 2 });
      await servedNow(t, fleet, hosts, "fabric 2 started again");
      // The other way round there is no quorum: calls wait, and are served when it is back.
      await commandRig(name, { command: "fabric", action: "kill", fabric: 1 });
      await commandRig(name, { command: "fabric", action: "start", fabric: 1 });
      await servedNow(t, fleet, hosts, "fabric 1 lost and started again");

      await fleet.stopLoad();
      await fleet.close();
      const { deliveries, tornBytes } = readDeliveryFiles(fleet.files);
      const result = check(deliveries);
      t.is(tornBytes, 0);
      t.true(result.held, describeResult(result));
      for (const note of fleet.notes) t.deepEqual(note.rejected, {}, "no caller noticed");
      const waits = cuts.map((span) => longestWaitMs(deliveries, span).toFixed(0));
      t.log(
        `${result.records} numbers; longest wait at a cut of all cables: ${waits.join(" and ")} ms, ` +
          `at the loss of fabric 2: ${longestWaitMs(deliveries, [killedNs, startedNs]).toFixed(0)} ms`,
      );
    },
  );
}
