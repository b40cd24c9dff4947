import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { createClient, RESP_TYPES } from "redis";
import { connect } from "../../../../host-bridge/index.js";
import { check, Deliveries, describeResult } from "../../../../scripts/checker/index.js";
import { startDaemonProcess } from "../../../../scripts/processes/daemon-process.js";
import { findProgram } from "../../../../scripts/processes/find-program.js";
import { findFreePorts } from "../../../../scripts/processes/free-port.js";
import { ProcessScope } from "../../../../scripts/processes/process-scope.js";
import { commandRig } from "../../../../scripts/processes/rig-control.js";
import { startRigProcess } from "../../../../scripts/processes/rig-process.js";
import { startCardProcess } from "../../card-process.js";
import { temporaryDirectory } from "../daemon-bench.js";

const redisCli = findProgram("redis-cli");

interface Served {
  readonly scope: ProcessScope;
  readonly socket: string;
  readonly port: number;
}

function scopeOf(t: ExecutionContext): ProcessScope {
  t.timeout(240_000);
  const scope = new ProcessScope();
  t.teardown(() => scope.close());
  return scope;
}

async function serve(t: ExecutionContext, next: bigint, more: readonly string[] = []): Promise<Served> {
  const scope = scopeOf(t);
  const { path } = await startCardProcess(t, { next });
  const [port = 0] = await findFreePorts(1);
  const socket = join(temporaryDirectory(t), "s");
  await startDaemonProcess(scope, { ports: [path], socket, more: ["--redis", `${port}`, ...more] });
  return { scope, socket, port };
}

/** Runs the real redis-cli. @returns what it printed. */
function cli(port: number, args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(redisCli as string, ["-p", `${port}`, ...args]);
    let out = "";
    child.stdout.on("data", (bytes) => (out += bytes));
    child.stderr.on("data", (bytes) => (out += bytes));
    child.on("error", reject);
    child.on("close", () => resolve(out));
    child.stdin.end(input);
  });
}

(redisCli === undefined ? test.serial.skip : test.serial)(
  "redis-cli (needs it installed) takes numbers, with and without RESP3, piped and with a password",
  async (t) => {
    const password = join(temporaryDirectory(t), "password");
    writeFileSync(password, "opensesame\n");
    const { port } = await serve(t, 2n ** 53n + 1n, ["--redis-password-file", password]);
    t.regex(await cli(port, ["INCR", "invoice"]), /^NOAUTH /);
    const auth = ["--no-auth-warning", "-a", "opensesame"];
    t.is(await cli(port, [...auth, "INCR", "invoice"]), "9007199254740993\n");
    t.is(await cli(port, [...auth, "-3", "INCRBY", "invoice", "100"]), "9007199254741093\n");
    t.is(await cli(port, [...auth, "GET", "invoice"]), "9007199254741093\n");
    t.is(await cli(port, [...auth, "PING"]), "PONG\n");
    t.regex(await cli(port, [...auth, "INFO"]), /\nready:1\r?\n/);
    t.regex(await cli(port, [...auth, "-3", "HELLO"]), /server seqcard/);
    t.regex(await cli(port, [...auth, "DECR", "invoice"]), /^ERR BAD_COMMAND /);
    t.regex(await cli(port, ["-a", "wrong", "INCR", "invoice"]), /WRONGPASS/);
    const lines = await cli(port, auth, "INCR a\n".repeat(20));
    t.is(lines.trim().split("\n").length, 20);
    const piped = await cli(port, [...auth, "--pipe"], "*2\r\n$4\r\nINCR\r\n$1\r\na\r\n".repeat(1_000));
    t.regex(piped, /errors: 0, replies: 1000\n/);
    t.is(await cli(port, [...auth, "GET", "a"]), `${2n ** 53n + 1n + 100n + 20n + 1_000n}\n`);
  },
);

test.serial(
  "the redis client takes numbers without a digit lost, pipelined, by RESP2 and RESP3",
  async (t) => {
    const { port } = await serve(t, 2n ** 53n + 1n);
    const seen = new Set<string>();
    for (const RESP of [2, 3] as const) {
      const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP, name: "test" });
      await client.connect();
      t.teardown(() => client.destroy());
      const exact = client.withTypeMapping({ [RESP_TYPES.NUMBER]: String });
      const numbers = await Promise.all(Array.from({ length: 500 }, () => exact.incr("orders")));
      for (const number of numbers) seen.add(String(number));
      t.is(await client.get("orders"), `${2n ** 53n + BigInt(seen.size)}`);
      t.is(await client.ping(), "PONG");
      await t.throwsAsync(client.set("orders", "1"), { message: /^ERR BAD_COMMAND/ });
    }
    t.is(seen.size, 1_000);
    t.true(seen.has("9007199254740993"));
  },
);

test.serial("ioredis connects, checks that the server is ready, and takes numbers", async (t) => {
  const { port } = await serve(t, 2n ** 60n + 1n);
  const client = new Redis({ port, host: "127.0.0.1", stringNumbers: true, enableAutoPipelining: true });
  t.teardown(() => client.disconnect());
  const numbers: unknown[] = await Promise.all(Array.from({ length: 300 }, () => client.incr("orders")));
  t.is(new Set(numbers).size, 300);
  t.true(numbers.includes("1152921504606846977"));
});

test.serial(
  "eight redis clients and a program at the Unix socket, pipelined, while a card and the primary are killed: nothing twice, nothing out of order",
  async (t) => {
    const scope = scopeOf(t);
    const name = `redis-${process.pid}`;
    const calm = ["--lease-ms", "300", "--beacon-ms", "40"];
    const rig = await startRigProcess(scope, { engine: "node", cards: 3, name, more: calm });
    const ports = [2, 3].map((id) => rig.cards.find((card) => card.id === id)?.path ?? "");
    const [port = 0] = await findFreePorts(1);
    const socket = join(temporaryDirectory(t), "s");
    await startDaemonProcess(scope, { ports, socket, more: ["--redis", `${port}`] });
    const deliveries = new Deliveries();
    let isOver = false;
    const take = async (caller: number, next: () => Promise<bigint>): Promise<void> => {
      while (!isOver) {
        const askedNs = process.hrtime.bigint();
        const number = await next();
        deliveries.append(0, caller, askedNs, process.hrtime.bigint(), number);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const tasks: Promise<void>[] = [];
    for (let index = 0; index < 8; index += 1) {
      const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP: index % 2 === 0 ? 2 : 3 });
      await client.connect();
      t.teardown(() => client.destroy());
      const exact = client.withTypeMapping({ [RESP_TYPES.NUMBER]: String });
      for (let caller = 0; caller < 16; caller += 1) {
        tasks.push(take(16 * index + caller, async () => BigInt(await exact.incr("a"))));
      }
    }
    const sequence = await connect({ socket, timeoutMs: 30_000 });
    t.teardown(() => sequence.close());
    tasks.push(take(1_000, () => sequence.next()));
    const servedMore = async (): Promise<void> => {
      const before = deliveries.length;
      while (deliveries.length < before + 2_000) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await servedMore();
    await commandRig(name, { command: "kill", card: 2 });
    await servedMore();
    await commandRig(name, { command: "start", card: 2 });
    await commandRig(name, { command: "kill", card: 1 });
    await servedMore();
    isOver = true;
    await Promise.all(tasks);
    const result = check(deliveries);
    t.true(result.held, describeResult(result));
    t.log(`${result.records} numbers, longest gap ${result.longestGap}`);
  },
);
