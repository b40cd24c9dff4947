import { findProgram } from "../../processes/find-program.js";
import { findFreePorts } from "../../processes/free-port.js";
import type { OwnedProcess, ProcessScope } from "../../processes/process-scope.js";
import { waitUntil } from "../../processes/wait-until.js";
import { connectRedis, REDIS_KEY, takeReply } from "../clients/redis-client.js";
import { type BenchSystem, type StartedSystem, sameForEach, upTo } from "./bench-system.js";

const START_TIMEOUT_MS = 15_000;
const PROMISE =
  "A number is in the memory of two servers when it is delivered; nothing elects between them, so a failover may repeat numbers.";

/** Redis INCR and WAIT 1 0, one replica. */
export function redis(): BenchSystem {
  return {
    id: "redis",
    title: "Redis INCR + WAIT 1",
    promise: PROMISE,
    whyUnavailable: whyNoRedis,
    async start(scope) {
      const { port, setUp } = await startRedis(scope);
      return {
        setUp,
        clients: sameForEach({ kind: "redis", port }),
        // WAIT blocks its connection; beyond some hundreds the sockets cost more than the waiting.
        connectionChoices: (callers) => upTo(callers, [1024, 256, 96, 48]),
      };
    },
  };
}

/** Redis with what an application can do by hand: waiting callers share one INCRBY and one WAIT. */
export function redisBlock(): BenchSystem {
  return {
    id: "redis-block",
    title: "Redis INCRBY n + WAIT 1, batched by hand",
    promise: PROMISE,
    whyUnavailable: whyNoRedis,
    async start(scope): Promise<StartedSystem> {
      const { port, setUp } = await startRedis(scope);
      return {
        setUp: `${setUp}; the client shares one INCRBY among all callers that wait`,
        clients: sameForEach({ kind: "redis-block", port }),
        connectionChoices: (callers) => upTo(callers, [3, 24]),
      };
    },
  };
}

function whyNoRedis(): string | undefined {
  return findProgram("redis-server") === undefined
    ? "not installed: apt-get install redis-server"
    : undefined;
}

async function startRedis(scope: ProcessScope): Promise<{ port: number; setUp: string }> {
  const [port, replicaPort] = (await findFreePorts(2)) as [number, number];
  startServer(scope, port, []);
  const replica = startServer(scope, replicaPort, ["--replicaof", "127.0.0.1", `${port}`]);
  const version = await waitUntil("Redis replica", START_TIMEOUT_MS, () => replicaVersion(port), replica);
  return { port, setUp: `Redis ${version}, one replica, no file` };
}

function startServer(scope: ProcessScope, port: number, more: readonly string[]): OwnedProcess {
  const directory = scope.makeDirectory();
  const program = findProgram("redis-server") ?? "redis-server";
  const memoryOnly = ["--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"];
  const listen = ["--bind", "127.0.0.1", "--port", `${port}`, "--dir", directory, "--maxclients", "4000"];
  return scope.start(program, [...listen, ...memoryOnly, ...more], { cwd: directory });
}

/** @returns the server's version once its replica is in step. */
async function replicaVersion(port: number): Promise<string | undefined> {
  const [connection] = await connectRedis(port, 1);
  if (connection === undefined) return undefined;
  try {
    const replication = await connection.info("replication");
    if (!/state=online/.test(replication)) return undefined;
    // The first acknowledgement after a sync takes up to a second.
    takeReply(await connection.pipeline().incr(REDIS_KEY).wait(1, 0).exec());
    return /redis_version:(\S+)/.exec(await connection.info("server"))?.[1] ?? "of unknown version";
  } finally {
    connection.disconnect();
  }
}
