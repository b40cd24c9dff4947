import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { REFUSE_NO_VIEW } from "../../../firmware/wire/frame-types.js";
import { connect, type Sequence } from "../../../host-bridge/index.js";
import { startDaemonProcess } from "../../../scripts/processes/daemon-process.js";
import { type OwnedProcess, ProcessScope } from "../../../scripts/processes/process-scope.js";
import { type CardProcess, startCardProcess } from "../card-process.js";
import type { FakeCardSettings } from "../fake-card-settings.js";
import { temporaryDirectory } from "./daemon-bench.js";

interface Served {
  readonly card: CardProcess;
  readonly daemon: OwnedProcess;
  readonly socket: string;
  readonly sequence: Sequence;
}

/** A card, and a daemon that has it, each in a process of its own: this thread is to block. */
async function serve(t: ExecutionContext, settings: Partial<FakeCardSettings> = {}): Promise<Served> {
  t.timeout(60_000);
  const card = await startCardProcess(t, settings);
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  const socket = join(temporaryDirectory(t), "s");
  const daemon = await startDaemonProcess(scope, {
    ports: [card.path],
    socket,
    more: ["--log-level", "warn"],
  });
  const sequence = await connect({ socket });
  t.teardown(() => sequence.close());
  return { card, daemon, sequence, socket };
}

for (const spinUs of [0, 200, 1_000_000]) {
  test.serial(`nextSync takes numbers through the daemon, spinning for ${spinUs} us`, async (t) => {
    const { sequence } = await serve(t, { next: 2n ** 60n });
    const calls = [sequence.next(), sequence.next()];
    t.is(sequence.nextSync({ spinUs }), 2n ** 60n + 2n);
    for (let index = 3n; index < 50n; index += 1n) t.is(sequence.nextSync({ spinUs }), 2n ** 60n + index);
    t.deepEqual(await Promise.all(calls), [2n ** 60n, 2n ** 60n + 1n]);
    t.is(await sequence.next(), 2n ** 60n + 50n);
  });
}

test.serial("nextSync sleeps until the fabric is ready", async (t) => {
  const { card, sequence } = await serve(t, { refuseWith: REFUSE_NO_VIEW, state: REFUSE_NO_VIEW });
  await card.tell({ viewAfterMs: 150 });
  t.is(sequence.nextSync(), 1n);
});

test.serial("nextSync gives up in time", async (t) => {
  const { card, sequence } = await serve(t);
  await card.tell({ set: { silent: true } });
  t.throws(() => sequence.nextSync({ timeoutMs: 30 }), { code: "TIMEOUT" });
  t.throws(() => sequence.nextSync({ timeoutMs: 700 }), { code: "TIMEOUT" });
  await card.tell({ set: { silent: false } });
  t.true(sequence.nextSync() >= 1n);
});

test.serial("nextSync notices that the daemon was killed while it slept", async (t) => {
  const { card, daemon, sequence } = await serve(t);
  const disconnected = once(sequence, "disconnect");
  await card.tell({ set: { silent: true } });
  const { pid } = daemon.child;
  await killLater(t, pid ?? 0);
  t.throws(() => sequence.nextSync(), { code: "DISCONNECTED" });
  await disconnected;
});

(existsSync("/proc/self/status") ? test.serial : test.serial.skip)(
  "a daemon that is stopped (needs /proc): next and nextSync end with TIMEOUT, spinning or asleep; it serves when it goes on",
  async (t) => {
    const { daemon, sequence, socket } = await serve(t);
    const impatient = await connect({ socket, timeoutMs: 300 });
    t.teardown(() => impatient.close());
    const before = await sequence.next();
    t.true(impatient.nextSync() > before, "it has slept once, and knows for how long");
    await stop(daemon);
    const waiting = sequence.next();
    await t.throwsAsync(impatient.next(), { code: "TIMEOUT" });
    for (const spinUs of [0, 200, Number.POSITIVE_INFINITY]) {
      for (const timeoutMs of [5, 50, 500]) {
        t.throws(
          () => impatient.nextSync({ spinUs, timeoutMs }),
          { code: "TIMEOUT" },
          `${spinUs} ${timeoutMs}`,
        );
      }
    }
    daemon.child.kill("SIGCONT");
    const waited = await waiting;
    t.true(waited > before);
    const after = await impatient.next();
    t.true(after > waited);
    t.true(impatient.nextSync() > after);
  },
);

/** Resolves when the system says that it is stopped. */
async function stop({ child }: OwnedProcess): Promise<void> {
  child.kill("SIGSTOP");
  while (!/^State:\s+T/m.test(readFileSync(`/proc/${child.pid}/status`, "utf8"))) await setImmediate();
}

/** Has another process kill one: this thread will be asleep. */
async function killLater(t: ExecutionContext, processId: number): Promise<void> {
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  const program = `process.stdout.write("up"); setTimeout(() => process.kill(${processId}, "SIGKILL"), 100)`;
  const { child } = scope.start(process.execPath, ["-e", program]);
  if (child.stdout !== null) await once(child.stdout, "data");
}
