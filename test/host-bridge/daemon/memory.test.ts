import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import test from "ava";
import { Regular } from "../../../host-bridge/daemon/rounds.js";
import { connect, type Sequence } from "../../../host-bridge/index.js";
import { DaemonBench } from "./daemon-bench.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const ORDERS = 100_000;
/** A leak of twenty bytes an order would be twice as much. */
const MOST_GROWTH_BYTES = 1_000_000;

/** @returns what the heap of this process holds, clients and fake card included. */
async function heldBytes(): Promise<number> {
  for (let times = 0; times < 3; times += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return process.memoryUsage().heapUsed;
}

/** Lets `callers` take `calls` numbers, each the next one when it has its last. */
async function take(next: () => Promise<unknown>, callers: number, calls: number): Promise<void> {
  let left = calls;
  const run = async (): Promise<void> => {
    for (; left > 0; left -= 1) await next();
  };
  await Promise.all(Array.from({ length: callers }, run));
}

test.serial("a daemon's memory does not grow with the orders that it has served", async (t) => {
  const bench = await new DaemonBench(t).start();
  const { numbers } = bench.daemon;
  const regulars = Array.from({ length: 8 }, () => new Regular());
  let orders = 0;
  const next = (): Promise<bigint> =>
    new Promise((resolve, reject) => {
      orders += 1;
      const from = regulars[orders % regulars.length] as Regular;
      numbers.order({ count: 1, whenNotReady: "wait", from, onFirst: resolve, onError: reject });
    });
  await take(next, 256, ORDERS);
  bench.port.card.heard.length = 0;
  const before = await heldBytes();
  await take(next, 256, ORDERS);
  bench.port.card.heard.length = 0;
  const grownBytes = (await heldBytes()) - before;
  t.log(`${orders} orders; ${grownBytes} bytes more after the second half`);
  t.true(grownBytes < MOST_GROWTH_BYTES, `${grownBytes} bytes`);
});

test.serial("nor with the calls and the connections of its clients", async (t) => {
  const bench = await new DaemonBench(t).start();
  const round = async (): Promise<void> => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect({ socket: bench.socket })));
    const next = (client: Sequence) => () => client.next();
    await Promise.all(clients.map((client) => take(next(client), 16, ORDERS / 4)));
    await Promise.all(clients.map((client) => client.close()));
    bench.port.card.heard.length = 0;
  };
  // The first one compiles, the second one settles.
  await round();
  await round();
  const before = await heldBytes();
  await round();
  const grownBytes = (await heldBytes()) - before;
  t.log(`${grownBytes} bytes more after a third round of ${ORDERS} calls on four connections`);
  t.true(grownBytes < MOST_GROWTH_BYTES, `${grownBytes} bytes`);
});
