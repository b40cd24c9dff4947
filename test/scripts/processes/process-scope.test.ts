import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { findFreePorts } from "../../../scripts/processes/free-port.js";
import { type OwnedProcess, ProcessScope } from "../../../scripts/processes/process-scope.js";
import { parseReadyEvent } from "../../../scripts/processes/rig-process.js";
import { waitUntil } from "../../../scripts/processes/wait-until.js";

const FOREVER = "setInterval(() => {}, 1000)";

function startNode(scope: ProcessScope, script: string): OwnedProcess {
  return scope.start(process.execPath, ["-e", script]);
}

test("closing ends every process, those of inner scopes too, and removes the directories", async (t) => {
  const scope = new ProcessScope();
  const outer = startNode(scope, FOREVER);
  const inner = startNode(scope.makeInner(), FOREVER);
  const directory = scope.makeDirectory();
  writeFileSync(join(directory, "file"), "");
  await scope.close();
  await scope.close();
  t.false(outer.running);
  t.false(inner.running);
  t.false(existsSync(directory));
});

test("an inner scope is closed alone", async (t) => {
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  const outer = startNode(scope, FOREVER);
  const innerScope = scope.makeInner();
  const inner = startNode(innerScope, FOREVER);
  await innerScope.close();
  t.false(inner.running);
  t.true(outer.running);
});

test("nothing can be started in a scope that is closing", async (t) => {
  const scope = new ProcessScope();
  await scope.close();
  t.throws(() => startNode(scope, FOREVER));
  t.throws(() => scope.makeDirectory());
  t.throws(() => startNode(scope.makeInner(), FOREVER));
});

test("a program that does not exist has ended, and says so", async (t) => {
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  const missing = scope.start("/no/such/program", []);
  await missing.ended;
  t.false(missing.running);
  t.regex(missing.output, /ENOENT/);
});

test("a program that is run to its end gives what it printed, or fails with it", async (t) => {
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  t.is(await scope.run(process.execPath, ["-e", "process.stdout.write('42')"]), "42");
  const failing = scope.run(process.execPath, ["-e", "console.error('no luck'); process.exit(3)"]);
  await t.throwsAsync(failing, { message: /^node failed: no luck/ });
  await t.throwsAsync(scope.run("/no/such/program", []), { message: /ENOENT/ });
});

test("killing at once ends what would not have ended by itself", async (t) => {
  const scope = new ProcessScope();
  const stubborn = startNode(scope, `process.on("SIGTERM", () => {}); console.log("up"); ${FOREVER}`);
  await new Promise((resolve) => stubborn.child.stdout?.once("data", resolve));
  scope.killNow();
  await stubborn.ended;
  t.is(stubborn.child.signalCode, "SIGKILL");
  await scope.close();
});

test("waiting gives the answer when there is one, and what went wrong where there is none", async (t) => {
  let asked = 0;
  const answer = await waitUntil("an answer", 5000, async () => {
    asked += 1;
    if (asked === 1) throw new Error("not yet");
    return asked === 3 ? asked : undefined;
  });
  t.is(answer, 3);
  const fails = waitUntil("the server", 0, () => Promise.reject(new Error("refused")));
  await t.throwsAsync(fails, { message: "the server: not within 0 ms. refused" });
});

test("waiting for a process that ended ends with what it said", async (t) => {
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  const dead = startNode(scope, "console.error('no luck'); process.exit(3)");
  await dead.ended;
  const waiting = waitUntil("the server", 60_000, async () => undefined, dead);
  await t.throwsAsync(waiting, { message: /its process ended\. It said: no luck/ });
});

test("free ports are different and can be listened on", async (t) => {
  const ports = await findFreePorts(5);
  t.is(new Set(ports).size, 5);
  t.true(ports.every((port) => port > 0));
});

test("only a whole ready event of the rig is taken", (t) => {
  t.deepEqual(parseReadyEvent('{"event":"ready","cards":[{"id":1,"path":"/dev/pts/1"}]}'), [
    { id: 1, path: "/dev/pts/1" },
  ]);
  for (const line of [
    "",
    "null",
    "{",
    '{"event":"started"}',
    '{"event":"ready"}',
    '{"event":"ready","cards":[{"id":1}]}',
  ]) {
    t.is(parseReadyEvent(line), undefined);
  }
});
