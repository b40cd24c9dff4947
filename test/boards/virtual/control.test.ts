import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { askRig, subscribeRig } from "../../../boards/virtual/control-client.js";
import { controlPath } from "../../../boards/virtual/control-path.js";
import { MAX_REQUEST_BYTES, parseRequest } from "../../../boards/virtual/control-request.js";
import { ControlServer } from "../../../boards/virtual/control-server.js";
import { LineReader } from "../../../boards/virtual/line-reader.js";
import { startRig } from "../../../boards/virtual/rig.js";
import { RigError } from "../../../boards/virtual/rig-error.js";
import type { RigStatus } from "../../../boards/virtual/rig-events.js";
import { TEST_RIG } from "./rig-name.js";

/** A rig in this process behind a control socket; blank cards have nothing to do. */
async function serve(t: ExecutionContext, name: string, blank = true) {
  const rig = await startRig({ engine: "node", blank });
  const stops: number[] = [];
  const path = controlPath(name);
  const server = await ControlServer.open(path, { rig, onStop: () => stops.push(1) });
  t.teardown(async () => {
    await server.close();
    await rig.stop();
  });
  return { path, rig, server, stops };
}

/** Sends bytes as they are. @returns all that comes back until the rig ends the connection, or `lines` lines. */
function speak(path: string, pieces: readonly (string | Buffer)[], lines: number): Promise<string[]> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = "";
    const finish = (): void => resolve(text.split("\n").slice(0, -1));
    socket.setEncoding("utf8");
    socket.on("data", (data) => {
      text += data;
      if (text.split("\n").length > lines) socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", finish);
    for (const piece of pieces) socket.write(piece);
  });
}

const codeOf = (line: string | undefined): string => JSON.parse(line ?? "{}").code;

test("commands reach the rig, and what it refuses comes back with its code", async (t) => {
  const name = `${TEST_RIG}-commands`;
  const { rig, stops } = await serve(t, name);
  const status = (await askRig(name, { command: "status" })) as RigStatus;
  t.is(status.cards.length, 3);
  await askRig(name, { command: "kill", card: 2 });
  t.false(rig.cards[1]?.running);
  t.is((await t.throwsAsync<RigError>(askRig(name, { command: "kill", card: 2 })))?.code, "CARD_STOPPED");
  const started = (await askRig(name, { command: "start", card: 2 })) as { path: string };
  t.is(started.path, rig.cards[1]?.path as string);
  await askRig(name, { command: "pause", card: 2 });
  t.true(rig.cards[1]?.paused);
  t.is((await t.throwsAsync<RigError>(askRig(name, { command: "pause", card: 2 })))?.code, "CARD_PAUSED");
  await askRig(name, { command: "resume", card: 2 });
  t.is((await t.throwsAsync<RigError>(askRig(name, { command: "resume", card: 2 })))?.code, "CARD_RUNNING");
  const beforeNs = process.hrtime.bigint();
  const off = (await askRig(name, { command: "power", on: false })) as { atNs: string };
  t.true(BigInt(off.atNs) >= beforeNs);
  t.deepEqual(
    rig.cards.map(({ running }) => running),
    [false, false, false],
  );
  t.is((await t.throwsAsync<RigError>(askRig(name, { command: "resume", card: 2 })))?.code, "CARD_STOPPED");
  await askRig(name, { command: "power", on: true, bounces: true });
  t.true(rig.cards.every(({ path, running }) => running && path !== undefined));
  await askRig(name, { command: "cut", from: 2, to: 1, oneWay: true });
  t.is(rig.status().cables[0]?.cut, "2-1");
  await askRig(name, { command: "mend", from: 1, to: 2 });
  t.is(rig.status().cables[0]?.cut, "no");
  t.is(
    (await t.throwsAsync<RigError>(askRig(name, { command: "mend", from: 1, to: 7 })))?.code,
    "NO_SUCH_CARD",
  );
  await askRig(name, { command: "fabric", action: "cut", fabric: 1 });
  t.true(rig.status().cables.every(({ cut }) => cut === "both"));
  await askRig(name, { command: "fabric", action: "mend", fabric: 1 });
  t.true(rig.status().cables.every(({ cut }) => cut === "no"));
  await askRig(name, { command: "kill", card: 3 });
  await askRig(name, { command: "fabric", action: "kill", fabric: 1 });
  t.true(rig.cards.every(({ running }) => !running));
  await askRig(name, { command: "fabric", action: "start", fabric: 1 });
  t.true(rig.cards.every(({ running }) => running));
  const other = askRig(name, { command: "fabric", action: "cut", fabric: 2 });
  t.is((await t.throwsAsync<RigError>(other))?.code, "NO_SUCH_FABRIC");
  await askRig(name, { command: "stop" });
  t.is(stops.length, 1);
});

test("events and frames come to whoever subscribed, as many as asked for", async (t) => {
  const name = `${TEST_RIG}-events`;
  const { rig } = await serve(t, name, false);
  const frames: { event: string }[] = [];
  await subscribeRig(name, { command: "trace", count: 5, turns: true }, (event) => {
    frames.push(event as { event: string });
  });
  t.is(frames.length, 5);
  t.true(frames.every(({ event }) => event === "frame" || event === "turn"));

  const done = new AbortController();
  const events: unknown[] = [];
  const subscription = subscribeRig(
    name,
    { command: "events" },
    (event) => {
      events.push(event);
      done.abort();
    },
    done.signal,
  );
  const poke = setInterval(() => rig.mend(1, 2), 5);
  await subscription;
  clearInterval(poke);
  t.deepEqual(events[0], { event: "mended", from: 1, to: 2 });
});

test("garbage, half lines and huge lines are answered with a code and harm nobody", async (t) => {
  const name = `${TEST_RIG}-garbage`;
  const { path } = await serve(t, name);
  t.is(codeOf((await speak(path, ["hello\n"], 1))[0]), "BAD_COMMAND");
  t.is(codeOf((await speak(path, [Buffer.from([0xff, 0xfe, 0, 10])], 1))[0]), "BAD_COMMAND");
  const [huge] = await speak(path, [Buffer.alloc(MAX_REQUEST_BYTES * 4, 0x20)], 1);
  t.is(codeOf(huge), "BAD_COMMAND");
  const halves = await speak(path, ['{"comm', 'and":"status"}', "\n\n", '{"command":"mend"}\n'], 2);
  t.true(JSON.parse(halves[0] ?? "").ok);
  t.is(codeOf(halves[1]), "BAD_COMMAND");
  // One that goes away in the middle of a line.
  await new Promise<void>((resolve) => {
    const socket = connect(path, () => socket.write('{"command":"st', () => socket.destroy()));
    socket.on("close", () => resolve());
  });
  t.is(((await askRig(name, { command: "status" })) as RigStatus).cards.length, 3);
});

for (const line of [
  "[]",
  "null",
  "7",
  "{}",
  '{"command":"dance"}',
  '{"command":"kill"}',
  '{"command":"kill","card":"2"}',
  '{"command":"kill","card":1.5}',
  '{"command":"kill","card":-1}',
  '{"command":"kill","card":1e300}',
  '{"command":"cut","from":1}',
  '{"command":"power"}',
  '{"command":"power","on":"yes"}',
  '{"command":"trace","count":-1}',
  '{"command":"__proto__"}',
]) {
  test(`no command: ${line}`, (t) => {
    t.is(t.throws<RigError>(() => parseRequest(line), { instanceOf: RigError })?.code, "BAD_COMMAND");
  });
}

test("lines are cut wherever the bytes are, and have a bound", (t) => {
  const reader = new LineReader(5);
  t.deepEqual(reader.push(Buffer.from("ab")), []);
  t.deepEqual(reader.push(Buffer.from("c\nde\n12345")), ["abc", "de"]);
  t.deepEqual(reader.push(Buffer.from("\n")), ["12345"]);
  t.throws(() => reader.push(Buffer.from("123456")), { instanceOf: RangeError });
  t.throws(() => new LineReader(5).push(Buffer.from("123456\n")), { instanceOf: RangeError });
});

test("a living rig of the same name is left alone, and a dead one's socket is replaced", async (t) => {
  const name = `${TEST_RIG}-twice`;
  const { path } = await serve(t, name);
  const owner = { rig: undefined, onStop: () => {} };
  t.is((await t.throwsAsync<RigError>(ControlServer.open(path, owner)))?.code, "RIG_RUNNING");
  t.is(((await askRig(name, { command: "status" })) as RigStatus).cards.length, 3);

  const stale = controlPath(`${TEST_RIG}-stale`);
  await leaveStaleSocket(stale);
  t.true(existsSync(stale));
  const server = await ControlServer.open(stale, owner);
  t.is(
    (await t.throwsAsync<RigError>(askRig(`${TEST_RIG}-stale`, { command: "status" })))?.code,
    "NOT_READY",
  );
  await server.close();
  t.false(existsSync(stale));
});

test("no rig, and no name of a rig", async (t) => {
  t.is(
    (await t.throwsAsync<RigError>(askRig(`${TEST_RIG}-none`, { command: "stop" })))?.code,
    "RIG_NOT_RUNNING",
  );
  for (const name of ["", "a/b", "..", "x".repeat(41), "a b"]) {
    t.is(t.throws<RigError>(() => controlPath(name))?.code, "BAD_OPTION");
  }
});

test("a folder that others can write to, or a link to one, is refused", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "seqcard-test-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const owner = { rig: undefined, onStop: () => {} };
  mkdirSync(join(folder, "open"));
  chmodSync(join(folder, "open"), 0o777);
  mkdirSync(join(folder, "mine"), { mode: 0o700 });
  symlinkSync(join(folder, "mine"), join(folder, "link"));
  for (const each of ["open", "link"]) {
    const error = await t.throwsAsync<RigError>(ControlServer.open(join(folder, each, "rig.sock"), owner));
    t.is(error?.code, "SOCKET_UNSAFE");
  }
  const server = await ControlServer.open(join(folder, "mine", "rig.sock"), owner);
  await server.close();
});

/** What a rig leaves that was killed: Node itself would remove the file. */
async function leaveStaleSocket(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { linkSync } = await import("node:fs");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.living`, resolve));
  linkSync(`${path}.living`, path);
  await new Promise((resolve) => server.close(resolve));
}
