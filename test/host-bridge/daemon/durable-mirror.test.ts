import { execFile } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { newestOfMirror, readMirror } from "../../../host-bridge/index.js";
import { RECOVERY_WINDOW } from "../../../host-bridge/recovery-plan.js";
import { startDaemonProcess } from "../../../scripts/processes/daemon-process.js";
import { ProcessScope } from "../../../scripts/processes/process-scope.js";
import { commandRig } from "../../../scripts/processes/rig-control.js";
import { startRigProcess } from "../../../scripts/processes/rig-process.js";
import { DaemonBench, temporaryDirectory } from "./daemon-bench.js";
import { CARD, knownNumber, openMirror, turn } from "./mirror-bench.js";

const BIN = fileURLToPath(new URL("../../../../scripts/seqcard.mjs", import.meta.url));
/** Leases that a computer with many other things to do can hold. */
const CALM = ["--lease-ms", "1500", "--beacon-ms", "50"];

/** Runs the real command. @returns what it printed; rejects with what it said where it does not end well. */
function seqcard(...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [BIN, ...args], (error, out, err) => {
      if (error === null) resolve(out);
      else reject(new Error(`seqcard ${args.join(" ")}: ${out}${err}`));
    });
  });
}

test.serial(
  "the copy on a disk of a daemon that is killed: read, gone on from by the next daemon, enough for recover and for seed",
  async (t) => {
    t.timeout(240_000);
    const scope = new ProcessScope();
    t.teardown(() => scope.close());
    const name = `durable-${process.pid}`;
    const rig = await startRigProcess(scope, { engine: "node", cards: 3, name, more: CALM });
    const port = (id: number): string => rig.cards.find((card) => card.id === id)?.path ?? "";
    const bench = new DaemonBench(t);
    const directory = temporaryDirectory(t);
    const durableMirror = join(directory, "state", "mirror");
    const socket = join(directory, "s");
    const options = { ports: [port(2), port(3)], socket, durableMirror };

    const killed = await startDaemonProcess(scope, options);
    const before = await bench.connect({ socket, timeoutMs: 120_000 });
    let last = await before.next();
    while (knownNumber(durableMirror) === 0n) last = await before.next();
    killed.child.kill("SIGKILL");
    await killed.ended;
    await before.close();
    const left = newestOfMirror(durableMirror);
    t.true(left > 0n && left <= last + 1_000n, `${left} of ${last}`);
    const printed = (await seqcard("mirror", durableMirror, "--json")).trimEnd().split("\n");
    t.true(printed.some((line) => JSON.parse(line).newest === `${left}`));

    const next = await startDaemonProcess(scope, options);
    const after = await bench.connect({ socket, timeoutMs: 120_000 });
    const first = await after.next();
    t.true(first > last, `${first} after ${last}`);
    while (knownNumber(durableMirror) < first) await turn();
    last = await after.next();
    const exited = once(next.child, "exit");
    next.child.kill("SIGTERM");
    t.deepEqual(await exited, [0, null]);
    await after.close();
    const whole = newestOfMirror(durableMirror);
    t.true(whole >= last, `${whole} of ${last}`);

    for (const card of [1, 2]) await commandRig(name, { command: "kill", card });
    while (JSON.parse(await seqcard("status", "--card", "--json", "--port", port(3))).state === "ready");
    const recover = ["recover", "--force", "--yes", "--json", "--ports", port(3)];
    const lines = (await seqcard(...recover, "--mirror", durableMirror, "--timeout-ms", "60000")).split("\n");
    const [plan] = lines.map((line) => (line === "" ? {} : JSON.parse(line)));
    const reading = plan.readings.find(({ source }: { source: string }) => source.includes(durableMirror));
    t.true(BigInt(reading.below) > left);
    t.true(BigInt(plan.first) >= whole + RECOVERY_WINDOW);

    // What a person types for cards that know nothing of the old numbers.
    const mirror = openMirror({ durablePath: join(directory, "higher") });
    mirror.raise(0, CARD, 2n ** 50n);
    await mirror.close();
    const seeded = await seqcard(
      "seed",
      "--port",
      port(3),
      "--mirror",
      durableMirror,
      join(directory, "higher"),
    );
    t.is(seeded, `The fabric goes on at ${2n ** 50n + RECOVERY_WINDOW}.\n`);
    await t.throwsAsync(seqcard("seed", "5", "--port", port(3), "--mirror", durableMirror), {
      message: /BAD_OPTION/,
    });
    await t.throwsAsync(seqcard("seed", "--port", port(3)), { message: /BAD_OPTION/ });
  },
);

test("a daemon with fewer cards than the one before loses no number", async (t) => {
  const directory = temporaryDirectory(t);
  for (const paths of [
    { memoryPath: join(directory, "memory") },
    { durablePath: join(directory, "durable") },
  ]) {
    const [path = ""] = Object.values(paths);
    const before = openMirror(paths);
    before.raise(0, CARD, 100n);
    before.raise(1, { ...CARD, id: 2 }, 200n);
    await before.close();
    const fewer = openMirror({ ...paths, cards: 1 });
    fewer.raise(0, CARD, 110n);
    await fewer.close();
    t.like(readMirror(path), [
      { cardId: 3, newest: 110n },
      { cardId: 2, newest: 200n },
    ]);
    const more = openMirror({ ...paths, cards: 3 });
    more.raise(2, { ...CARD, id: 7 }, 210n);
    await more.close();
    t.like(readMirror(path), [{ newest: 110n }, { newest: 200n }, { newest: 210n }]);
  }
});
