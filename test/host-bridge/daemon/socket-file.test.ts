import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { listenAt } from "../../../host-bridge/daemon/socket-file.js";
import { DaemonBench, temporaryDirectory } from "./daemon-bench.js";

function listen(t: ExecutionContext, path: string, group: string | null = null): Promise<void> {
  const server = createServer();
  t.teardown(() => server.close());
  return listenAt(server, { path, group });
}

test("the socket is its owner's alone", async (t) => {
  const path = join(temporaryDirectory(t), "s");
  await listen(t, path);
  t.is(statSync(path).mode & 0o777, 0o600);
});

test("a group can be let in, by number and by name", async (t) => {
  const groupId = process.getgid?.() ?? 0;
  const directory = temporaryDirectory(t);
  await listen(t, join(directory, "number"), `${groupId}`);
  t.is(statSync(join(directory, "number")).mode & 0o777, 0o660);
  t.is(statSync(join(directory, "number")).gid, groupId);
  const name = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
  await listen(t, join(directory, "name"), name);
  t.is(statSync(join(directory, "name")).gid, groupId);
  await t.throwsAsync(listen(t, join(directory, "none"), "no-such-group-here"), { code: "BAD_CONFIG" });
});

test("a socket that a killed daemon left is taken over", async (t) => {
  const path = join(temporaryDirectory(t), "s");
  await leaveSocket(path);
  t.true(existsSync(path), "it left its file");
  await t.notThrowsAsync(listen(t, path));
});

/** As a killed daemon does. */
async function leaveSocket(path: string): Promise<void> {
  const program = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.send("up"))`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  await once(child, "message");
  child.kill("SIGKILL");
  await once(child, "exit");
}

test("of many that begin at once where a killed daemon left its socket, one has it, and the others are told", async (t) => {
  for (let turn = 0; turn < 5; turn += 1) {
    const path = join(temporaryDirectory(t), "s");
    await leaveSocket(path);
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => listen(t, path)));
    const codes = results.map((result) => (result.status === "fulfilled" ? "has it" : result.reason.code));
    t.deepEqual(codes.sort(), ["SOCKET_IN_USE", "SOCKET_IN_USE", "SOCKET_IN_USE", "has it"]);
    await t.throwsAsync(listen(t, path), { code: "SOCKET_IN_USE" }, "and it is there");
  }
});

test("a lock that cannot be made, or is a link to another file, is SOCKET_FAILED, and that file left alone", async (t) => {
  const directory = temporaryDirectory(t);
  const precious = join(directory, "precious");
  writeFileSync(precious, "precious");
  symlinkSync(precious, join(directory, "s.lock"));
  await t.throwsAsync(listen(t, join(directory, "s")), { code: "SOCKET_FAILED" });
  mkdirSync(join(directory, "other.lock"));
  await t.throwsAsync(listen(t, join(directory, "other")), { code: "SOCKET_FAILED" });
  t.is(readFileSync(precious, "utf8"), "precious");
});

test("a second daemon at the same socket is SOCKET_IN_USE, and the first one is not disturbed", async (t) => {
  const bench = await new DaemonBench(t).start();
  const sequence = await bench.connect();
  const other = new DaemonBench(t);
  const second = other.make({ socket: { path: bench.socket, group: null, maxClients: 10 } });
  await t.throwsAsync(second.start(), { code: "SOCKET_IN_USE" });
  t.true(existsSync(bench.socket));
  t.is(await sequence.next(), 1n);
  await bench.daemon.stop();
  t.false(existsSync(bench.socket), "its end takes the file away");
});

test("a file that is no socket is left alone: SOCKET_FAILED", async (t) => {
  const path = join(temporaryDirectory(t), "s");
  writeFileSync(path, "precious");
  await t.throwsAsync(listen(t, path), { code: "SOCKET_FAILED", message: /is a file and no socket/ });
  t.true(statSync(path).isFile());
});

test("a path that is too long, and a directory in which others may swap the socket, are SOCKET_FAILED", async (t) => {
  await t.throwsAsync(listen(t, join(temporaryDirectory(t), "x".repeat(120))), { code: "SOCKET_FAILED" });
  const open = join(temporaryDirectory(t), "open");
  mkdirSync(open);
  chmodSync(open, 0o777);
  await t.throwsAsync(listen(t, join(open, "s")), { code: "SOCKET_FAILED", message: /others may change/ });
});
