import { join } from "node:path";
import test from "ava";
import { connectNats, SequenceError } from "../../../host-bridge/index.js";
import { check, Deliveries, describeResult } from "../../../scripts/checker/index.js";
import { startDaemonProcess } from "../../../scripts/processes/daemon-process.js";
import { findFreePorts } from "../../../scripts/processes/free-port.js";
import { findNatsServer, startNatsServer } from "../../../scripts/processes/nats-server-process.js";
import type { OwnedProcess } from "../../../scripts/processes/process-scope.js";
import { ProcessScope } from "../../../scripts/processes/process-scope.js";
import { startRigProcess } from "../../../scripts/processes/rig-process.js";
import { temporaryDirectory } from "../daemon/daemon-bench.js";

const CLIENTS = 10;
const CALLERS = 8;
const SERVED_WITHIN_MS = 60_000;
/** Leases that a computer with many other things to do can hold. */
const CALM = ["--lease-ms", "300", "--beacon-ms", "40"];

async function end(process: OwnedProcess): Promise<void> {
  process.child.kill("SIGKILL");
  await process.ended;
}

(findNatsServer() === undefined ? test.serial.skip : test.serial)(
  "three bridges and ten clients (needs nats-server) while bridges are killed and the server goes away: nothing twice, nothing out of order",
  async (t) => {
    t.timeout(600_000);
    const scope = new ProcessScope();
    t.teardown(() => scope.close());
    const [port = 0] = await findFreePorts(1);
    const servers = `nats://127.0.0.1:${port}`;
    let server = await startNatsServer(scope, port);
    const rig = await startRigProcess(scope, {
      engine: "node",
      cards: 3,
      name: `nats-${process.pid}`,
      more: CALM,
    });
    const directory = temporaryDirectory(t);
    const startBridge = (index: number): Promise<OwnedProcess> =>
      startDaemonProcess(scope, {
        ports: [rig.cards[index]?.path ?? ""],
        socket: join(directory, `s${index}`),
        more: ["--nats", servers],
      });
    const bridges = await Promise.all([0, 1, 2].map(startBridge));

    const deliveries = new Deliveries();
    const servedNs = Array<bigint>(CLIENTS).fill(0n);
    const rejected: string[] = [];
    let isOver = false;
    t.teardown(() => {
      isOver = true;
    });
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, () =>
        connectNats({ servers, timeoutMs: 90_000, openTimeoutMs: 10_000 }),
      ),
    );
    t.teardown(() => Promise.all(clients.map((client) => client.close())));
    const take = async (client: number, caller: number): Promise<void> => {
      while (!isOver) {
        const askedNs = process.hrtime.bigint();
        try {
          const number = (await clients[client]?.next()) ?? 0n;
          deliveries.append(client, caller, askedNs, process.hrtime.bigint(), number);
          servedNs[client] = askedNs > (servedNs[client] ?? 0n) ? askedNs : (servedNs[client] ?? 0n);
        } catch (error) {
          rejected.push(error instanceof SequenceError ? error.code : String(error));
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const tasks = clients.flatMap((_, client) =>
      Array.from({ length: CALLERS }, (_, caller) => take(client, caller)),
    );
    let longestMs = 0;
    const servedNow = async (what: string): Promise<void> => {
      const sinceNs = process.hrtime.bigint();
      const beganMs = performance.now();
      while (!servedNs.every((ns) => ns > sinceNs)) {
        if (performance.now() - beganMs > SERVED_WITHIN_MS) return t.fail(`not all are served ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      longestMs = Math.max(longestMs, performance.now() - beganMs);
    };

    await servedNow("at first");
    for (const index of [0, 1, 2]) {
      await end(bridges[index] as OwnedProcess);
      await servedNow(`by two bridges, without ${index}`);
      bridges[index] = await startBridge(index);
      await servedNow(`with bridge ${index} again`);
    }
    await Promise.all([end(bridges[0] as OwnedProcess), end(bridges[1] as OwnedProcess)]);
    await servedNow("by one bridge");
    bridges[0] = await startBridge(0);
    await end(server);
    await new Promise((resolve) => setTimeout(resolve, 300));
    server = await startNatsServer(scope, port);
    await servedNow("after the server was away");
    bridges[0]?.child.kill("SIGTERM");
    await servedNow("after a bridge has ended in order");

    isOver = true;
    await Promise.all(tasks);
    const result = check(deliveries);
    t.true(result.held, describeResult(result));
    t.true(result.records > 1_000, `${result.records} numbers`);
    t.deepEqual(rejected, [], "no caller noticed");
    t.log(
      `${result.records} numbers, longest gap ${result.longestGap}, all served again after ${Math.round(longestMs)} ms at most`,
    );
  },
);
