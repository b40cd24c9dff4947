import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { join } from "node:path";
import test from "ava";
import { connect } from "../../../host-bridge/index.js";
import { startDaemonProcess } from "../../../scripts/processes/daemon-process.js";
import { ProcessScope } from "../../../scripts/processes/process-scope.js";
import { startCardProcess } from "../card-process.js";
import { temporaryDirectory } from "./daemon-bench.js";

const CONNECTIONS = 10_000;
/** Connections made at once: the queue of a listening socket is short. */
const AT_ONCE = 100;
/** Files that either side needs besides. */
const SPARE_FILES = 200;

const limit = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
const isPossible = limit === "unlimited" || Number(limit) >= CONNECTIONS + SPARE_FILES;

(isPossible ? test.serial : test.serial.skip)(
  `ten thousand connections (needs ulimit -n ${CONNECTIONS + SPARE_FILES}, is ${limit}): all stay, others are served, and their end disturbs nobody`,
  async (t) => {
    t.timeout(180_000);
    const card = await startCardProcess(t, {});
    const scope = new ProcessScope();
    t.teardown(() => scope.close());
    const path = join(temporaryDirectory(t), "s");
    const more = ["--log-level", "warn"];
    const daemon = await startDaemonProcess(scope, { ports: [card.path], socket: path, more });
    const early = await connect({ socket: path, timeoutMs: 60_000 });
    t.teardown(() => early.close());
    t.is(await early.next(), 1n);

    const sockets: Socket[] = [];
    let closed = 0;
    t.teardown(() => {
      for (const socket of sockets) socket.destroy();
    });
    while (sockets.length < CONNECTIONS) {
      const made = Array.from({ length: AT_ONCE }, () => connectSocket(path));
      for (const socket of made) socket.on("error", () => {}).once("close", () => (closed += 1));
      sockets.push(...made);
      await Promise.all(made.map((socket) => once(socket, "connect")));
    }
    t.is(await early.next(), 2n, "one that was there before");
    const late = await connect({ socket: path, timeoutMs: 60_000 });
    t.teardown(() => late.close());
    t.is(await late.next(), 3n, "one that comes behind them");
    t.is(closed, 0);

    for (const socket of sockets) socket.destroy();
    t.is(await early.next(), 4n);
    t.is(await late.next(), 5n);
    t.true(daemon.running);
  },
);
