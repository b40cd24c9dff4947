import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import test from "ava";
import { newestOfMirror, readMirror } from "../../../host-bridge/index.js";
import { VirtualClock } from "../virtual-clock.js";
import { DaemonBench, temporaryDirectory } from "./daemon-bench.js";
import { CARD, hasNumber, openMirror, turn } from "./mirror-bench.js";

test("what a card holds and what is known to exist is in the file, and never goes down", async (t) => {
  const memoryPath = join(temporaryDirectory(t), "mirror");
  const mirror = openMirror({ memoryPath });
  t.deepEqual(readMirror(memoryPath), []);
  mirror.raise(0, CARD, 2n ** 60n);
  mirror.hold(1, { ...CARD, id: 2 }, 7n);
  await turn();
  t.like(readMirror(memoryPath), [
    { entry: 0, cardId: 3, fabricId: 0xfab1c, newest: 2n ** 60n, held: 0n, sequence: 1n },
    { entry: 1, cardId: 2, newest: 7n, held: 7n },
  ]);
  mirror.raise(0, CARD, 5n);
  mirror.raise(0, CARD, 2n ** 60n + 1n);
  await turn();
  t.is(newestOfMirror(memoryPath), 2n ** 60n + 1n);
  t.is(readMirror(memoryPath)[0]?.sequence, 2n);
  await mirror.close();
});

test("a mirror goes on where the last daemon left it; another fabric's numbers are forgotten", async (t) => {
  const memoryPath = join(temporaryDirectory(t), "mirror");
  const before = openMirror({ memoryPath });
  before.raise(0, CARD, 100n);
  await before.close();
  const after = openMirror({ memoryPath });
  after.raise(0, CARD, 50n);
  await turn();
  t.is(newestOfMirror(memoryPath), 100n);
  after.raise(0, { ...CARD, fabricId: 5 }, 60n);
  await after.close();
  t.like(readMirror(memoryPath), [{ newest: 60n, fabricId: 5 }]);
});

test("whatever byte a writer stopped at, a reader gets the whole record before, or the whole new one", async (t) => {
  const path = join(temporaryDirectory(t), "mirror");
  const mirror = openMirror({ memoryPath: path, cards: 1 });
  for (const number of [10n, 20n]) {
    mirror.raise(0, CARD, number);
    await turn();
  }
  const before = readFileSync(path);
  mirror.raise(0, CARD, 30n);
  await turn();
  const after = readFileSync(path);
  await mirror.close();
  for (let cut = 0; cut <= after.length; cut += 1) {
    writeFileSync(path, Buffer.concat([after.subarray(0, cut), before.subarray(cut)]));
    t.true([20n, 30n].includes(newestOfMirror(path)), `cut at ${cut}: ${newestOfMirror(path)}`);
  }
});

test("a reader in another thread, as quick as it can, never sees a torn or an older number", async (t) => {
  const path = join(temporaryDirectory(t), "mirror");
  const mirror = openMirror({ memoryPath: path, cards: 1 });
  mirror.raise(0, CARD, 1n);
  await turn();
  const module = new URL("../../../host-bridge/mirror-reader.js", import.meta.url).href;
  const worker = new Worker(
    `import(${JSON.stringify(module)}).then(({ readMirror }) => {
      const { parentPort, workerData } = require("node:worker_threads");
      let last = 0n;
      let reads = 0;
      for (; last < 20_000n; reads += 1) {
        const [record] = readMirror(workerData);
        if (record.newest < last) throw new Error("went down from " + last + " to " + record.newest);
        last = record.newest;
      }
      parentPort.postMessage(reads);
    });`,
    { eval: true, workerData: path },
  );
  const reads = new Promise<number>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  for (let number = 2n; number <= 20_000n; number += 1n) {
    mirror.raise(0, CARD, number);
    await turn();
  }
  t.true((await reads) > 0);
  await worker.terminate();
  await mirror.close();
});

test("the durable copy is written at its pace, and at the end", async (t) => {
  const clock = new VirtualClock();
  const durablePath = join(temporaryDirectory(t), "state", "mirror");
  const mirror = openMirror({ durablePath, clock });
  mirror.raise(0, CARD, 10n);
  await clock.pass(999);
  t.throws(() => readMirror(durablePath), { code: "BAD_MIRROR" });
  await clock.pass(1);
  while (!hasNumber(durablePath, 10n)) await turn();
  mirror.raise(0, CARD, 11n);
  await clock.pass(500);
  t.is(newestOfMirror(durablePath), 10n);
  await mirror.close();
  t.is(newestOfMirror(durablePath), 11n);
});

test("what is no mirror is BAD_MIRROR", async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, "mirror");
  const bad = (): void => {
    t.throws(() => readMirror(path), { code: "BAD_MIRROR", message: new RegExp(path) });
  };
  bad();
  writeFileSync(path, "");
  bad();
  writeFileSync(path, Buffer.alloc(4_096, "text"));
  bad();
  const mirror = openMirror({ memoryPath: path });
  mirror.raise(0, CARD, 5n);
  await mirror.close();
  truncateSync(path, 100);
  bad();
  await openMirror({ memoryPath: path }).close();
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(128, 0x55), 0, 128, 64);
  closeSync(file);
  bad();
});

test("a daemon's mirror stands beside its socket and has each of its cards", async (t) => {
  const bench = new DaemonBench(t, [{}, { cardId: 9 }]);
  const memoryPath = `${bench.socket}.mirror`;
  bench.daemon = bench.make({ mirror: { memoryPath, durablePath: null, durableEveryMs: 1_000 } });
  await bench.start();
  bench.ports[0]?.card.sendMirror(40n);
  bench.ports[1]?.card.sendMirror(41n);
  await bench.until(() => readMirror(memoryPath).length === 2);
  t.like(readMirror(memoryPath), [
    { cardId: 3, held: 40n, newest: 40n },
    { cardId: 9, held: 41n, newest: 41n },
  ]);
});
