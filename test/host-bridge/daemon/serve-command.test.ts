import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { startDaemonProcess } from "../../../scripts/processes/daemon-process.js";
import { ProcessScope } from "../../../scripts/processes/process-scope.js";
import { runSeqcard as seqcard } from "../../support/seqcard-command.js";
import { startCardProcess } from "../card-process.js";
import { temporaryDirectory } from "./daemon-bench.js";

function scopeOf(t: ExecutionContext): ProcessScope {
  t.timeout(60_000);
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  return scope;
}

test.serial("the command line takes from the daemon what a port is not named for", async (t) => {
  const { path } = await startCardProcess(t, { next: 2n ** 53n + 1n });
  const socket = join(temporaryDirectory(t), "s");
  await startDaemonProcess(scopeOf(t), { ports: [path], socket });
  const environment = { SEQCARD_SOCKET: socket };
  t.deepEqual(await seqcard(["next", "-n", "2"], environment), {
    code: 0,
    out: "9007199254740993\n9007199254740994\n",
    err: "",
  });
  t.is((await seqcard(["latest"], environment)).out, "9007199254740994\n");
  const status = JSON.parse((await seqcard(["status", "--json"], environment)).out);
  t.like(status, { port: socket, card: 3, state: "ready" });
  const mirror = await seqcard(["mirror", "--json"], environment);
  t.like(JSON.parse(mirror.out), { card: 3, fabricId: "000fab1c", newest: "9007199254740994" });
  t.true((await seqcard(["mirror"], environment)).out.includes("9007199254740994"));
  const second = await seqcard(["next", "--port", path], environment);
  t.true(second.err.startsWith("seqcard: PORT_BUSY"), second.err);
});

test.serial("a second daemon at the same card is PORT_BUSY, and the first one goes on", async (t) => {
  const { path } = await startCardProcess(t);
  const directory = temporaryDirectory(t);
  const socket = join(directory, "s");
  await startDaemonProcess(scopeOf(t), { ports: [path], socket });
  const second = await seqcard([
    "serve",
    "--port",
    path,
    "--socket",
    join(directory, "other"),
    "--no-durable-mirror",
  ]);
  t.is(second.code, 1);
  t.true(second.err.includes("seqcard: PORT_BUSY"), second.err);
  t.false(existsSync(join(directory, "other")));
  t.is((await seqcard(["next"], { SEQCARD_SOCKET: socket })).out, "1\n");
});

test.serial("SIGTERM ends it with 0, and its socket is gone", async (t) => {
  const { path } = await startCardProcess(t);
  const socket = join(temporaryDirectory(t), "s");
  const daemon = await startDaemonProcess(scopeOf(t), { ports: [path], socket });
  const exited = once(daemon.child, "exit");
  daemon.child.kill("SIGTERM");
  t.is((await exited)[0], 0);
  t.false(existsSync(socket));
  t.true(daemon.output.includes('"msg":"stopped"'), "its log says so");
});

test.serial("--print-config shows what all comes to and opens nothing; what is wrong is coded", async (t) => {
  const printed = await seqcard(
    ["serve", "--port", "/dev/none", "--group", "g", "--no-mirror", "--print-config"],
    {
      SEQCARD_DRAIN_MS: "77",
    },
  );
  t.is(printed.code, 0);
  t.like(JSON.parse(printed.out), { ports: ["/dev/none"], group: "g", mirror: null, drainMs: 77 });
  const none = await seqcard(["serve"]);
  t.is(none.code, 2);
  t.true(none.err.startsWith("seqcard: BAD_CONFIG"), none.err);
  const missing = await seqcard([
    "serve",
    "--port",
    "/dev/none",
    "--socket",
    join(temporaryDirectory(t), "s"),
  ]);
  t.is(missing.code, 1);
  t.true(missing.err.includes("seqcard: PORT_NOT_FOUND"), missing.err);
});

test.serial("a socket that was named and has no daemon is an error, not another port", async (t) => {
  const run = await seqcard(["next"], { SEQCARD_SOCKET: join(temporaryDirectory(t), "none") });
  t.is(run.code, 1);
  t.true(run.err.startsWith("seqcard: DAEMON_NOT_RUNNING"), run.err);
});
