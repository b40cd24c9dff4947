import test from "ava";
import { runSystem } from "../../../scripts/bench/run-system.js";
import type { BenchSystem } from "../../../scripts/bench/systems/bench-system.js";
import { upTo } from "../../../scripts/bench/systems/bench-system.js";
import { etcd } from "../../../scripts/bench/systems/etcd.js";
import { allSystems } from "../../../scripts/bench/systems/index.js";
import { redis } from "../../../scripts/bench/systems/redis.js";
import { ProcessScope } from "../../../scripts/processes/process-scope.js";

const SHORT = { warmUpMs: 100, measureMs: 500 };

/** A system that cannot be started, for one reason or another. */
function broken(parts: Partial<BenchSystem>): BenchSystem {
  return { ...etcd(), whyUnavailable: () => undefined, ...parts };
}

test("a system that is not installed is in the result with what to install, and is not started", async (t) => {
  const system = broken({
    whyUnavailable: () => "not installed: apt-get install it",
    start: async () => t.fail() as never,
  });
  const result = await runSystem(new ProcessScope(), system, [1], SHORT, () => {});
  t.is(result.missing, "not installed: apt-get install it");
  t.deepEqual(result.measurements, []);
});

test("a system that does not start is in the result with the reason", async (t) => {
  const system = broken({ start: () => Promise.reject(new Error("port taken")) });
  const result = await runSystem(new ProcessScope(), system, [1], SHORT, () => {});
  t.is(result.missing, "failed: port taken");
});

test("what was measured before a failure stays, and everything started is ended", async (t) => {
  let ended: Promise<void> | undefined;
  const system = broken({
    async start(scope) {
      const server = scope.start(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      ended = server.ended;
      // Nobody listens on port 1: each client process reports that it cannot connect.
      return { setUp: "", clients: [{ kind: "etcd", port: 1 }], connectionChoices: () => [1] };
    },
  });
  const result = await runSystem(new ProcessScope(), system, [1], SHORT, () => {});
  t.regex(result.missing ?? "", /failed: .*ECONNREFUSED/);
  await ended;
});

test("connections worth trying are never more than callers, and each once", (t) => {
  t.deepEqual(upTo(64, [1024, 96, 24]), [64, 24]);
  t.deepEqual(upTo(1, [1024, 96, 24]), [1]);
});

test("every system of the bench has a name of its own and says what it promises", (t) => {
  const systems = allSystems();
  t.is(new Set(systems.map((system) => system.id)).size, systems.length);
  for (const system of systems) t.regex(system.promise, /\.$/);
});

// The whole way with a real peer, small: servers, three client processes, histogram.
const reason = redis().whyUnavailable();
const withRedis = reason === undefined ? test : test.skip;
withRedis(
  `Redis with a replica is measured from three processes${reason ? ` (${reason})` : ""}`,
  async (t) => {
    t.log(reason ?? "Redis is installed");
    t.timeout(60_000);
    const scope = new ProcessScope();
    t.teardown(() => scope.close());
    const result = await runSystem(scope, redis(), [1, 6], SHORT, () => {});
    t.is(result.missing, undefined);
    t.deepEqual(
      result.measurements.map((measurement) => measurement.callers),
      [1, 6],
    );
    for (const measurement of result.measurements) {
      t.true(measurement.numbers > 0);
      t.true(measurement.p50Us <= measurement.p99Us && measurement.p99Us <= measurement.maxUs);
    }
  },
);
