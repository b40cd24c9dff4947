import test from "ava";
import { runLoad } from "../../../scripts/bench/load.js";
import type { NumberClient } from "../../../scripts/bench/number-client.js";
import { share } from "../../../scripts/bench/share.js";
import { packHistogram, unpackHistograms } from "../../../scripts/statistics/latency-histogram.js";

/** A client whose every call takes so long on a clock of its own. */
function makeClient(latencyMs: number): { client: NumberClient; nowMs: () => number; calls: number[] } {
  let timeMs = 0;
  const calls: number[] = [];
  const client: NumberClient = {
    async next(caller) {
      calls.push(caller);
      timeMs += latencyMs;
      return BigInt(calls.length);
    },
    async close() {},
  };
  return { client, nowMs: () => timeMs, calls };
}

test("numbers within the measured time count with their latency, those of the warm-up do not", async (t) => {
  const { client, nowMs, calls } = makeClient(2);
  const histogram = await runLoad(client, 1, { warmUpMs: 10, measureMs: 20 }, nowMs);
  t.is(calls.length, 15);
  t.is(histogram.totalCount, 10);
  t.is(histogram.getValueAtPercentile(50), 2000);
});

test("every caller calls with its own number", async (t) => {
  const { client, nowMs, calls } = makeClient(1);
  await runLoad(client, 4, { warmUpMs: 0, measureMs: 100 }, nowMs);
  t.deepEqual([...new Set(calls)].sort(), [0, 1, 2, 3]);
});

test("one failing call fails the measurement, and the other callers stop", async (t) => {
  let calls = 0;
  const client: NumberClient = {
    async next() {
      calls += 1;
      if (calls === 10) throw new Error("no more");
      return 1n;
    },
    async close() {},
  };
  const load = runLoad(client, 3, { warmUpMs: 0, measureMs: 1000 }, () => calls / 100);
  await t.throwsAsync(load, { message: "no more" });
  t.true(calls < 20);
});

test("histograms of several processes add up", async (t) => {
  const packed = await Promise.all(
    [1, 3].map(async (latencyMs) => {
      const { client, nowMs } = makeClient(latencyMs);
      return packHistogram(await runLoad(client, 1, { warmUpMs: 0, measureMs: 30 }, nowMs));
    }),
  );
  const sum = unpackHistograms(packed);
  t.is(sum.totalCount, 29 + 9);
  t.is(sum.getValueAtPercentile(50), 1000);
  t.is(sum.getValueAtPercentile(99), 3000 + 1);
});

test("callers are shared evenly, and a single one goes to the last process", (t) => {
  t.deepEqual(share(1, 3), [0, 0, 1]);
  t.deepEqual(share(64, 3), [21, 21, 22]);
  t.deepEqual(share(1024, 3), [341, 341, 342]);
  t.deepEqual(share(2, 3), [0, 1, 1]);
  t.deepEqual(share(0, 3), [0, 0, 0]);
});
