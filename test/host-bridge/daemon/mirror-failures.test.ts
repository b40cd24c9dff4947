import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Metrics } from "../../../host-bridge/daemon/metrics.js";
import { newestOfMirror } from "../../../host-bridge/index.js";
import { canLimitFileSize, limitFileSize } from "../../support/file-size-limit.js";
import { VirtualClock } from "../virtual-clock.js";
import { DaemonBench, temporaryDirectory } from "./daemon-bench.js";
import { CARD, HeardLog, hasNumber, openMirror, turn } from "./mirror-bench.js";

const whereLimited = canLimitFileSize ? test.serial : test.serial.skip;
const FILES = ["memory", "durable"] as const;
/** In the middle of the second slot of the first entry. */
const MID_SLOT_BYTES = 150;

function limitOwnFiles(bytes: number | null): void {
  limitFileSize(process.pid, bytes);
}

for (const file of FILES) {
  test(`a ${file} mirror that cannot be opened is tried again, and told once until it is kept`, async (t) => {
    const clock = new VirtualClock();
    const heard = new HeardLog();
    const state = join(temporaryDirectory(t), "state");
    writeFileSync(state, "in the way of the directory");
    const path = join(state, "mirror");
    const mirror = openMirror({ [`${file}Path`]: path, clock, log: heard.log });
    mirror.raise(0, CARD, 10n);
    await clock.pass(5_000);
    t.deepEqual(heard.lines, [`error MIRROR_FAILED ${file}`]);
    rmSync(state);
    // The last number came long ago: nothing but the clock brings it there.
    while (!hasNumber(path, 10n) || heard.lines.length < 2) await clock.pass(1_000);
    t.deepEqual(heard.lines.slice(1), [`info the ${file} mirror is kept again ${file}`]);
    mirror.raise(0, CARD, 11n);
    await mirror.close();
    t.is(newestOfMirror(path), 11n);
  });

  whereLimited(
    `a disk that fills up in the middle of a slot of the ${file} mirror (needs prlimit): the slot before stays, each time is told`,
    async (t) => {
      const clock = new VirtualClock();
      const heard = new HeardLog();
      const path = join(temporaryDirectory(t), "mirror");
      const mirror = openMirror({ [`${file}Path`]: path, clock, log: heard.log });
      t.teardown(() => limitOwnFiles(null));
      const written = async (number: bigint): Promise<void> => {
        mirror.raise(0, CARD, number);
        while (!hasNumber(path, number)) await clock.pass(1_000);
        await clock.settle();
      };
      let told = 0;
      for (const number of [10n, 12n, 14n]) {
        await written(number);
        limitOwnFiles(MID_SLOT_BYTES);
        // Of two records, one goes into the slot that is cut.
        for (const next of [number + 1n, number + 2n]) {
          mirror.raise(0, CARD, next);
          await clock.pass(1_000);
        }
        while (heard.lines.length === told) await clock.pass(1_000);
        t.is(heard.lines[told], `error MIRROR_FAILED ${file}`);
        await clock.pass(5_000);
        t.is(heard.lines.length, told + 1);
        t.true(newestOfMirror(path) >= number, `${newestOfMirror(path)}`);
        limitOwnFiles(null);
        while (heard.lines.length < told + 2) await clock.pass(1_000);
        t.is(heard.lines[told + 1], `info the ${file} mirror is kept again ${file}`);
        t.is(newestOfMirror(path), number + 2n);
        told += 2;
      }
      await mirror.close();
    },
  );
}

whereLimited("full disks under both mirrors of a daemon (needs prlimit): numbers go on", async (t) => {
  const directory = temporaryDirectory(t);
  const memoryPath = join(directory, "memory");
  const durablePath = join(directory, "durable");
  t.teardown(() => limitOwnFiles(null));
  limitOwnFiles(0);
  const bench = new DaemonBench(t, [{}], { mirror: { memoryPath, durablePath, durableEveryMs: 1 } });
  await bench.start();
  const sequence = await bench.connect();
  t.is(await sequence.next(), 1n);
  const figures = (): Promise<string> => bench.daemon.metrics.registry.metrics();
  for (const file of FILES) {
    while (!(await figures()).includes(`seqcard_mirror_failures_total{file="${file}"}`)) await turn();
  }
  t.is(await sequence.next(), 2n);
  limitOwnFiles(null);
  for (const path of [memoryPath, durablePath]) while (!hasNumber(path, 2n)) await turn();
  t.true(existsSync(durablePath));
});

test("failures are paced, however many numbers come meanwhile", async (t) => {
  const clock = new VirtualClock();
  const metrics = new Metrics();
  const state = join(temporaryDirectory(t), "state");
  writeFileSync(state, "in the way of the directory");
  const mirror = openMirror({ memoryPath: join(state, "mirror"), clock, metrics });
  for (let number = 1n; number <= 50n; number += 1n) {
    mirror.raise(0, CARD, number);
    await turn();
  }
  await clock.pass(3_000);
  const figures = await metrics.registry.metrics();
  t.regex(figures, /seqcard_mirror_failures_total\{file="memory"\} 4/);
  await mirror.close();
});
