import test from "ava";
import { judgeTargets } from "../../../../scripts/bench/report/targets.js";
import { measured, sampleResult, systemWith } from "../sample-result.js";

function withXs(numbersPerSecond: number, p50Us: number) {
  const redis = systemWith("redis", "Redis", [measured(1024, 1000, 1, 1)]);
  const xs = systemWith("seqcard-xs", "XS", [
    measured(1, 100, p50Us, 1),
    measured(1024, numbersPerSecond, 1, 1),
  ]);
  return { ...sampleResult(), systems: [xs, redis] };
}

test("ten times Redis is met, a little less is not", (t) => {
  t.like(judgeTargets(withXs(10_000, 1))[0], { met: true, measured: "10.0x" });
  t.like(judgeTargets(withXs(9_999, 1))[0], { met: false });
});

test("the daemon has the same target, and says that all processes go through it", (t) => {
  const redis = systemWith("redis", "Redis", [measured(1024, 1000, 1, 1)]);
  const daemon = systemWith("daemon-node", "daemon", [measured(1024, 10_000, 1, 1)]);
  const target = judgeTargets({ ...sampleResult(), systems: [daemon, redis] })[3];
  t.like(target, { met: true, measured: "10.0x" });
  t.regex(target?.text ?? "", /engine Node, all processes through one daemon/);
});

test("a p50 under 1.5 ms is met, 1.5 ms is not", (t) => {
  t.like(judgeTargets(withXs(1, 1499)).at(-1), { met: true });
  t.like(judgeTargets(withXs(1, 1500)).at(-1), { met: false, measured: "1.50 ms" });
});

test("what was not measured is neither met nor not", (t) => {
  t.deepEqual(
    judgeTargets({ ...sampleResult(), systems: [] }).map((target) => target.met),
    [undefined, undefined, undefined, undefined, undefined],
  );
});
