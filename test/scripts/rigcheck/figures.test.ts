import test from "ava";
import { type CableEnd, pairEnds } from "../../../scripts/rigcheck/cable-ends.js";
import { judgeWays, measureWays } from "../../../scripts/rigcheck/cable-figures.js";
import { CableGraph } from "../../../scripts/rigcheck/cable-graph.js";
import { type HostLatency, latencyPerHop } from "../../../scripts/rigcheck/latency.js";

function end(
  card: number,
  link: number,
  neighbour: number,
  framesOut = 0,
  framesIn = 0,
  badFrames = 0,
): CableEnd {
  return {
    card,
    link,
    neighbour,
    state: "alive",
    framesIn,
    framesOut,
    badFrames,
    dropped: 0,
  };
}

test("both ways of a cable are counted apart, across a wrap of the counters", (t) => {
  const before = [end(1, 0, 2, 0xffff_ff00, 50), end(2, 1, 1, 10, 0xffff_fff0)];
  const after = [end(1, 0, 2, 744, 550), end(2, 1, 1, 510, 884, 100)];
  const [there, back] = measureWays(before, after);
  t.like(there, { from: "1A", to: "2B", sent: 1_000, received: 900, bad: 100, lost: 84, errorsPpm: 100_000 });
  t.like(back, { from: "2B", to: "1A", sent: 500, received: 500, bad: 0, lost: 0, errorsPpm: 0 });
});

test("what two counts are apart by themselves is not lost", (t) => {
  const ways = measureWays([end(1, 0, 2), end(2, 0, 1)], [end(1, 0, 2, 1_000, 0), end(2, 0, 1, 0, 984)]);
  t.is(ways[0]?.lost, 0);
  t.deepEqual(judgeWays(ways, 0), []);
});

test("a way with too many bad or lost frames is an error, and one at the limit is not", (t) => {
  const ways = measureWays(
    [end(1, 0, 2), end(2, 0, 1)],
    [end(1, 0, 2, 10_000, 9_900, 0), end(2, 0, 1, 10_000, 9_999, 1)],
  );
  t.deepEqual(
    judgeWays(ways, 100).map(({ code }) => code),
    ["LOST_FRAMES"],
  );
  t.deepEqual(
    judgeWays(ways, 99).map(({ code }) => code),
    ["BAD_FRAMES", "LOST_FRAMES"],
  );
});

test("an end that was not there before is not measured", (t) => {
  t.deepEqual(measureWays([end(1, 0, 2)], [end(1, 0, 2, 9), end(2, 0, 1)]), []);
});

test("who is served is who reaches more than half of the votes", (t) => {
  const line = pairEnds([end(1, 0, 2), end(2, 0, 1), end(2, 1, 3), end(3, 0, 2), end(4, 0, 9)]);
  const votes = (one: number) => [1, 2, 3, 4].map((card) => ({ card, votes: card === 4 ? one : 1 }));
  const graph = new CableGraph([1, 2, 3, 4], line);
  t.deepEqual([...graph.served(votes(1))].sort(), [1, 2, 3]);
  t.deepEqual([...graph.served(votes(4))], [4]);
  t.is(graph.served(votes(3)).size, 0);
  t.is(graph.hops(1, 3), 2);
  t.is(graph.hops(1, 4), undefined);
});

test("a cable's share of the latency is the slope, where there is one", (t) => {
  const host = (hops: number | undefined, p50Us: number): HostLatency => ({
    card: 1,
    hops,
    numbers: 1,
    p50Us,
    p99Us: 0,
    longestUs: 0,
  });
  t.is(Math.round(latencyPerHop([host(2, 1_000), host(2, 1_200), host(3, 1_400)]) ?? 0), 300);
  t.is(latencyPerHop([host(2, 1_000), host(2, 1_200), host(undefined, 9)]), undefined);
  t.is(latencyPerHop([]), undefined);
});
