import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { connect, type Sequence } from "../../../host-bridge/index.js";
import { startDaemonProcess } from "../../../scripts/processes/daemon-process.js";
import { findFreePorts } from "../../../scripts/processes/free-port.js";
import { type OwnedProcess, ProcessScope } from "../../../scripts/processes/process-scope.js";
import { type CardProcess, startCardProcess } from "../card-process.js";
import { temporaryDirectory } from "./daemon-bench.js";

const BIN = fileURLToPath(new URL("../../../../scripts/seqcard.mjs", import.meta.url));
/** Longer than any test: what ends before it has not waited for it. */
const FOR_EVER_MS = 3_600_000;
const LOOK_EVERY_MS = 20;

function scopeOf(t: ExecutionContext): ProcessScope {
  t.timeout(240_000);
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  return scope;
}

/** Resolves when the process has said so; fails where it ends before. */
async function said(daemon: OwnedProcess, words: string): Promise<void> {
  while (!daemon.output.includes(words)) {
    if (!daemon.running) throw new Error(`It ended without ${words}. It said: ${daemon.output}`);
    await sleep(LOOK_EVERY_MS);
  }
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test.serial(
    `${signal} while a card that hangs is opened ends it with 0 and without an error`,
    async (t) => {
      const { path } = await startCardProcess(t, { silent: true });
      const socket = join(temporaryDirectory(t), "s");
      const daemon = scopeOf(t).start(
        process.execPath,
        [BIN, "serve", "--port", path, "--socket", socket, "--no-durable-mirror", "--json"],
        { env: { ...process.env, SEQCARD_OPEN_TIMEOUT_MS: `${FOR_EVER_MS}` } },
      );
      await said(daemon, '"msg":"opening"');
      daemon.child.kill(signal);
      await daemon.silent;
      t.is(daemon.child.exitCode, 0, daemon.output);
      t.true(daemon.output.includes('"msg":"stopped"'));
      t.false(daemon.output.includes('"error"'), daemon.output);
      t.false(existsSync(socket));
    },
  );
}

interface Waiting {
  readonly card: CardProcess;
  readonly scope: ProcessScope;
  readonly socket: string;
  readonly daemon: OwnedProcess;
  readonly sequence: Sequence;
  /** A call that the daemon has handed to the card, which does not answer it. */
  readonly call: Promise<bigint>;
}

async function withCallUnderWay(t: ExecutionContext, drainMs: number): Promise<Waiting> {
  const scope = scopeOf(t);
  const card = await startCardProcess(t, { manual: true });
  const socket = join(temporaryDirectory(t), "s");
  const [http = 0] = await findFreePorts(1);
  const more = ["--drain-ms", `${drainMs}`, "--http", `${http}`];
  const daemon = await startDaemonProcess(scope, { ports: [card.path], socket, more });
  const sequence = await connect({ socket, timeoutMs: FOR_EVER_MS });
  t.teardown(() => sequence.close());
  const call = sequence.next();
  // It is closed with the test.
  call.catch(() => {});
  const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
  while (!/^seqcard_open_orders 1$/m.test(await metrics())) await sleep(LOOK_EVERY_MS);
  return { card, scope, socket, daemon, sequence, call };
}

test.serial("when drainMs is over it ends with 0, and the next daemon serves who still waits", async (t) => {
  const { card, scope, socket, daemon, call } = await withCallUnderWay(t, 1);
  daemon.child.kill("SIGTERM");
  await daemon.silent;
  t.is(daemon.child.exitCode, 0, daemon.output);
  t.true(daemon.output.includes('"openOrders":1'));
  t.false(existsSync(socket));
  await card.tell({ set: { manual: false } });
  await startDaemonProcess(scope, { ports: [card.path], socket });
  t.is(await call, 1n);
});

test.serial("a second signal ends it at once, with 1", async (t) => {
  const { daemon } = await withCallUnderWay(t, FOR_EVER_MS);
  daemon.child.kill("SIGTERM");
  await said(daemon, '"msg":"draining"');
  t.true(daemon.running, "it waits for what is under way");
  daemon.child.kill("SIGTERM");
  await daemon.silent;
  t.is(daemon.child.exitCode, 1);
  t.false(daemon.output.includes('"msg":"stopped"'));
});
