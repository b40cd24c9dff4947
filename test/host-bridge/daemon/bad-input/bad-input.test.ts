import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { findNatsServer } from "../../../../scripts/processes/nats-server-process.js";
import { canLimitFileSize, limitFileSize } from "../../../support/file-size-limit.js";
import { runSeqcard } from "../../../support/seqcard-command.js";
import { startCardProcess } from "../../card-process.js";
import { temporaryDirectory } from "../daemon-bench.js";
import { knownNumber } from "../mirror-bench.js";
import { type Abuse, commitAll } from "./abuse.js";
import { HTTP_ABUSES } from "./http-abuses.js";
import { NATS_ABUSES } from "./nats-abuses.js";
import { REDIS_ABUSES } from "./redis-abuses.js";
import { ServedDaemon } from "./served-daemon.js";
import { SOCKET_ABUSES } from "./socket-abuses.js";

for (const [listener, abuses, isThere] of [
  ["at the Unix socket", SOCKET_ABUSES, true],
  ["at the Redis listener", REDIS_ABUSES, true],
  ["at the HTTP listener", HTTP_ABUSES, true],
  ["by NATS (needs nats-server)", NATS_ABUSES, findNatsServer() !== undefined],
] as const) {
  const testWhere = (isMet: boolean) => (isThere && isMet ? test.serial : test.serial.skip);
  testWhere(true)(
    `bad input ${listener}: who calls at any listener is not disturbed, no number comes twice`,
    async (t) =>
      commitAll(
        t,
        await ServedDaemon.start(t),
        abuses.filter(({ needs }) => needs === undefined),
      ),
  );
  for (const abuse of abuses) {
    const { name, needs } = abuse;
    if (needs === undefined) continue;
    testWhere(needs.isMet)(`bad input ${listener}, by itself (needs ${needs.what}): ${name}`, async (t) =>
      commitAll(t, await ServedDaemon.start(t), [abuse]),
    );
  }
}

/** Runs `seqcard serve`, which is not to start. @returns what it said. */
async function serveInVain(args: readonly string[]): Promise<string> {
  const { code, err } = await runSeqcard(["serve", "--no-mirror", "--no-durable-mirror", ...args]);
  return `${code}: ${err}`;
}

test.serial("a second daemon at what the first one has does not start, and disturbs nobody", async (t) => {
  const served = await ServedDaemon.start(t);
  const { path } = await startCardProcess(t, { next: 1n });
  const other = join(temporaryDirectory(t), "s");
  const second = (name: string, code: string, args: readonly string[]): Abuse => ({
    name,
    commit: async () => {
      t.regex(await serveInVain(args), new RegExp(`^1: [^]*seqcard: ${code}`), name);
    },
  });
  await commitAll(t, served, [
    second("its card", "PORT_BUSY", ["--port", served.card, "--socket", other]),
    second("its socket", "SOCKET_IN_USE", ["--port", path, "--socket", served.socket]),
    second("its address for Redis clients", "SOCKET_IN_USE", [
      ...["--port", path, "--socket", other, "--redis", `${served.redisPort}`],
    ]),
    second("its address for browsers", "HTTP_FAILED", [
      ...["--port", path, "--socket", other, "--http", `${served.httpPort}`],
    ]),
  ]);
});

test.serial(
  "a daemon that is killed leaves its socket file; the next one takes it over, and serves everybody again",
  async (t) => {
    const served = await ServedDaemon.start(t);
    const killed: Abuse = {
      name: "killed",
      cutOff: ["socket", "redis", "http", "nats"],
      commit: async () => {
        served.daemon.child.kill("SIGKILL");
        await served.daemon.ended;
        await served.startDaemon();
        t.true(served.daemon.running);
      },
    };
    await commitAll(t, served, [killed, killed]);
  },
);

(canLimitFileSize ? test.serial : test.serial.skip)(
  "full disks under both mirrors (needs prlimit), and a NATS server that lets nobody in: the others are served",
  async (t) => {
    const directory = temporaryDirectory(t);
    const credentials = join(directory, "credentials");
    writeFileSync(credentials, "bridge:wrong\n");
    const mirrors = [join(directory, "memory"), join(directory, "durable")] as const;
    const served = await ServedDaemon.start(t, {
      more: [
        ...["--mirror", mirrors[0], "--durable-mirror", mirrors[1]],
        ...["--nats-credentials-file", credentials],
      ],
      natsMore: ["--user", "bridge", "--pass", "right"],
      withoutNats: true,
    });
    const { pid = 0 } = served.daemon.child;
    limitFileSize(pid, 0);
    await served.judge(t);
    for (const file of ["memory", "durable"]) {
      await served.untilMetrics(new RegExp(`seqcard_mirror_failures_total\\{file="${file}"\\} [1-9]`));
    }
    if (served.hasNats) while (!served.daemon.output.includes("NATS_DENIED")) await served.judge(t);
    await served.judge(t);
    const before = served.deliveries.length;
    limitFileSize(pid, null);
    for (const path of mirrors) while (knownNumber(path) < BigInt(before)) await served.judge(t);
    t.true(served.daemon.running);
  },
);
