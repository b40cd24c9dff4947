import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { askRig } from "../../../boards/virtual/control-client.js";
import { controlPath } from "../../../boards/virtual/control-path.js";
import { isAlive, RawHost } from "./raw-host.js";
import { TEST_RIG } from "./rig-name.js";

const PROGRAM = fileURLToPath(new URL("./rig-program.js", import.meta.url));
const CALM = ["--lease-ms", "1500", "--beacon-ms", "50"];

interface ReadyEvent {
  readonly event: string;
  readonly cards: readonly { readonly id: number; readonly path: string; readonly processId?: number }[];
}

interface RunningProgram {
  readonly child: ChildProcess;
  /** Lines of its output, in their order; undefined when there are no more. */
  readonly nextLine: () => Promise<string | undefined>;
  /** How it ended, with what it said on stderr. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
}

function run(t: ExecutionContext, args: readonly string[]): RunningProgram {
  const child = spawn(process.execPath, [PROGRAM, "rig", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  t.teardown(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, errors }));
  });
  const nextLine = async (): Promise<string | undefined> => {
    const { done, value } = await lines.next();
    return done ? undefined : value;
  };
  return { child, ended, nextLine };
}

async function readReady(program: RunningProgram): Promise<ReadyEvent> {
  return JSON.parse((await program.nextLine()) ?? "{}") as ReadyEvent;
}

test("the first line tells the ports, subcommands work, and Ctrl-C leaves nothing behind", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "seqcard-test-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const name = `${TEST_RIG}-run`;
  const rig = run(t, ["--json", "--name", name, "--dir", folder, ...CALM]);
  const ready = await readReady(rig);
  t.is(ready.event, "ready");
  t.deepEqual(
    ready.cards.map(({ id, path }) => ({ id, path })),
    [1, 2, 3].map((id) => ({ id, path: join(folder, `card${id}`) })),
  );
  const host = await RawHost.open(join(folder, "card3"), 1);
  t.is(typeof (await host.takeOne()), "bigint");
  await host.close();

  for (const args of [
    ["cut", "1-2"],
    ["mend", "1-2"],
    ["kill", "3"],
    ["start", "3", "--json"],
    ["pause", "3"],
    ["status"],
    ["resume", "3"],
    ["power", "off"],
    ["power", "on"],
  ]) {
    t.is((await run(t, [...args, "--name", name]).ended).code, 0, args.join(" "));
  }
  t.deepEqual(
    await Promise.all(
      Array.from({ length: 12 }, async () => JSON.parse((await rig.nextLine()) ?? "{}").event),
    ),
    [
      "cut",
      "mended",
      "killed",
      "started",
      "paused",
      "resumed",
      ...Array(3).fill("killed"),
      ...Array(3).fill("started"),
    ],
  );
  const trace = run(t, ["trace", "--count", "3", "--json", "--name", name]);
  t.is(JSON.parse((await trace.nextLine()) ?? "{}").event, "frame");
  t.is((await trace.ended).code, 0);
  t.deepEqual(await run(t, ["kill", "9", "--name", name]).ended, { code: 1, errors: "NO_SUCH_CARD\n" });
  t.deepEqual(await run(t, ["--name", name]).ended, { code: 1, errors: "RIG_RUNNING\n" });

  rig.child.kill("SIGINT");
  t.is((await rig.ended).code, 0);
  t.deepEqual(readdirSync(folder), []);
  t.false(existsSync(controlPath(name)));
  t.deepEqual(
    ready.cards.filter(({ processId }) => isAlive(processId as number)),
    [],
  );
});

test("rig stop ends it; what nobody listens to is said to people, too", async (t) => {
  const name = `${TEST_RIG}-stop`;
  const rig = run(t, ["--engine", "node", "--name", name, "--delay-us", "20", ...CALM]);
  t.regex((await rig.nextLine()) ?? "", /3 cards in this process; triangle/);
  await askRig(name, { command: "stop" });
  const rest: string[] = [];
  for (let line = await rig.nextLine(); line !== undefined; line = await rig.nextLine()) rest.push(line);
  t.true(rest.some((line) => /delayUs 20 \(usually 0\)/.test(line)));
  t.true(rest.some((line) => /leaseUs 1500000 \(usually 60000\)/.test(line)));
  t.is(rest.at(-1), "The rig has ended.");
  t.is((await rig.ended).code, 0);
});

test("a rig whose reader is gone ends at its next word", async (t) => {
  const name = `${TEST_RIG}-reader`;
  const rig = run(t, ["--engine", "node", "--json", "--name", name, ...CALM]);
  await readReady(rig);
  rig.child.stdout?.destroy();
  await askRig(name, { command: "mend", from: 1, to: 2 });
  t.is((await rig.ended).code, 0);
  t.false(existsSync(controlPath(name)));
});

test("workers end with a rig that was killed, one that hangs too", async (t) => {
  const name = `${TEST_RIG}-killed`;
  t.teardown(() => rmSync(controlPath(name), { force: true }));
  const rig = run(t, ["--json", "--name", name, ...CALM]);
  const { cards } = await readReady(rig);
  await askRig(name, { command: "pause", card: 2 });
  rig.child.kill("SIGKILL");
  await rig.ended;
  for (const { processId } of cards) {
    t.is(typeof processId, "number");
    await goneOrZombie(processId as number);
  }
  t.pass();
});

test("options out of range are refused before anything is started", async (t) => {
  for (const [args, code] of [
    [["--cards", "4", "--topology", "triangle"], "BAD_TOPOLOGY"],
    [["--cards", "9"], "BAD_OPTION"],
    [["--loss", "2"], "BAD_OPTION"],
    [["--engine", "node", "--erase-ms", "45"], "BAD_OPTION"],
    [["--engine", "rp2040", "--erase-ms", "500"], "BAD_OPTION"],
    [["--name", "../x"], "BAD_OPTION"],
  ] as const) {
    t.deepEqual(await run(t, [...args]).ended, { code: 1, errors: `${code}\n` });
  }
});

/** Resolves when a process that is not ours has ended; whoever inherited it may not have fetched its status yet. */
async function goneOrZombie(processId: number): Promise<void> {
  const { readFileSync } = await import("node:fs");
  for (;;) {
    if (!isAlive(processId)) return;
    try {
      if (/\) Z /.test(readFileSync(`/proc/${processId}/stat`, "utf8"))) return;
    } catch {
      // No such folder, or no such system: the signal above tells.
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
