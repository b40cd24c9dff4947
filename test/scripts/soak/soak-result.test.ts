import test from "ava";
import { check, Deliveries } from "../../../scripts/checker/index.js";
import { describeSoak } from "../../../scripts/soak/describe-soak.js";
import type { Fault } from "../../../scripts/soak/fault.js";
import { classOf, FaultLog } from "../../../scripts/soak/fault-log.js";
import { measureRecovery, type SoakFigures, summarizeSoak } from "../../../scripts/soak/soak-result.js";

const MS = 1_000_000n;
const FABRIC = {
  cards: [1, 2, 3],
  cables: [
    [1, 2],
    [2, 3],
    [3, 1],
  ],
} as const;
const ROLES = { primary: 1, secondary: 2 };
const FIGURES: SoakFigures = {
  engine: "node",
  cards: 3,
  callersEach: 1,
  seed: 5,
  seconds: 1,
  timing: ["--lease-ms", "240"],
  viewChanges: 1,
  hostsNotServed: [],
  deaths: [],
};

/** Deliveries as [host, requested, delivered, number] in milliseconds. */
function deliveriesOf(...records: readonly (readonly [number, number, number, number])[]): Deliveries {
  const made = new Deliveries();
  for (const [host, requestedMs, deliveredMs, number] of records) {
    made.append(host, 0, BigInt(requestedMs) * MS, BigInt(deliveredMs) * MS, BigInt(number));
  }
  return made;
}

/** A log with one fault from 100 to 500 ms. */
function logOf(fault: Fault): FaultLog {
  const log = new FaultLog(FABRIC);
  log.add(fault, ROLES, 100n * MS).mendedNs = 500n * MS;
  return log;
}

const reportOf = (cardId: number, rejected: Record<string, number> = {}) => {
  return { cardId, numbers: 1, servedNs: 1n, view: null, rejected, handovers: 2, refusedHandovers: 1 };
};
const KILL_PRIMARY: Fault = { kind: "kill", card: 1, lastsMs: 400 };

test("the host whose card was killed does not count for the time until every host is served", (t) => {
  const deliveries = deliveriesOf([2, 101, 160, 1], [3, 102, 170, 2], [1, 501, 900, 3]);
  const [figures, ...others] = measureRecovery(deliveries, logOf(KILL_PRIMARY).records, [1, 2, 3]);
  t.is(others.length, 0);
  t.deepEqual(figures, {
    cause: "kill primary",
    count: 1,
    anyHost: { p50Ms: 60, maxMs: 60 },
    everyHost: { p50Ms: 70, maxMs: 70 },
  });
});

test("a host whose card is not back from an earlier fault does not count either", (t) => {
  const log = logOf(KILL_PRIMARY);
  log.add({ kind: "stop", card: 3, lastsMs: 100 }, { primary: 2, secondary: 3 }, 600n * MS).mendedNs =
    700n * MS;
  const deliveries = deliveriesOf([2, 601, 660, 5], [1, 601, 900, 6], [3, 701, 720, 7]);
  const stop = measureRecovery(deliveries, log.records, [1, 2, 3]).find(
    ({ cause }) => cause === "stop secondary",
  );
  t.deepEqual(stop?.everyHost, { p50Ms: 60, maxMs: 60 });
});

test("after a power cut of all the time counts from when power is back, at every host", (t) => {
  const deliveries = deliveriesOf([1, 450, 700, 1], [2, 501, 650, 2], [3, 501, 640, 3], [1, 502, 680, 4]);
  const [figures] = measureRecovery(deliveries, logOf({ kind: "power", lastsMs: 400 }).records, [1, 2, 3]);
  t.deepEqual(figures?.anyHost, { p50Ms: 140, maxMs: 140 });
  t.deepEqual(figures?.everyHost, { p50Ms: 180, maxMs: 180 });
});

test("a fault is called by what it meant to the fabric", (t) => {
  const log = logOf(KILL_PRIMARY);
  t.is(classOf(log.records[0] as (typeof log.records)[0]), "kill primary");
  const other = log.add({ kind: "stop", card: 3, lastsMs: 1 }, ROLES, 600n * MS);
  t.is(classOf(other), "stop other");
  t.deepEqual(log.active, [other.fault]);
  t.is(classOf(log.add({ kind: "kill", card: 2, lastsMs: 1 }, ROLES, 601n * MS)), "quorum lost");
  t.is(classOf(log.add({ kind: "handover", card: 2, lastsMs: 0 }, ROLES, 602n * MS)), "handover");
});

test("numbers that hold make a result that holds, and it is told", (t) => {
  const deliveries = deliveriesOf([2, 101, 160, 1], [3, 161, 170, 2], [1, 501, 900, 5]);
  const reports = [reportOf(1, { TIMEOUT: 2 }), reportOf(2, { TIMEOUT: 1 }), reportOf(3)];
  const { records } = logOf(KILL_PRIMARY);
  const result = summarizeSoak(FIGURES, deliveries, check(deliveries), records, reports);
  t.like(result, { held: true, delivered: 3, skipped: "2", gaps: 1, failovers: 1, longestWaitMs: 399 });
  t.deepEqual(result.rejected, { TIMEOUT: 3 });
  t.like(result, { handovers: 6, refusedHandovers: 3 });
  const text = describeSoak(result).join("\n");
  t.regex(text, /0 duplicates\n/);
  t.regex(text, /kill primary +1 +59\.0 ms|kill primary +1 +60\.0 ms/);
  t.regex(text, /--lease-ms 240/);
  t.true(text.endsWith("All held."));
});

test("a duplicate, a wrong order, a card that died and a host that is not served break it", (t) => {
  const records = logOf(KILL_PRIMARY).records;
  const reports = [reportOf(1), reportOf(2), reportOf(3)];
  const good = deliveriesOf([1, 1, 2, 1], [2, 3, 4, 2]);
  const broken = [
    summarizeSoak(
      FIGURES,
      deliveriesOf([1, 1, 2, 7], [2, 1, 3, 7]),
      check(deliveriesOf([1, 1, 2, 7], [2, 1, 3, 7])),
      records,
      reports,
    ),
    summarizeSoak(
      FIGURES,
      deliveriesOf([1, 1, 2, 7], [2, 3, 4, 6]),
      check(deliveriesOf([1, 1, 2, 7], [2, 3, 4, 6])),
      records,
      reports,
    ),
    summarizeSoak({ ...FIGURES, deaths: ["Card 2 died: it burnt."] }, good, check(good), records, reports),
    summarizeSoak({ ...FIGURES, hostsNotServed: [3] }, good, check(good), records, reports),
    summarizeSoak(FIGURES, new Deliveries(), check(new Deliveries()), records, reports),
  ];
  for (const result of broken) {
    t.false(result.held);
    t.true(describeSoak(result).join("\n").endsWith("NOT ALL HELD."));
  }
  t.regex(describeSoak(broken[2] as (typeof broken)[0]).join("\n"), /Card 2 died: it burnt\. {3}BROKEN/);
  t.regex(describeSoak(broken[3] as (typeof broken)[0]).join("\n"), /Host 3 got no number again/);
});

test("cards that were all out leave no time for every host", (t) => {
  const log = new FaultLog(FABRIC);
  const kill = log.add(KILL_PRIMARY, ROLES, 100n * MS);
  log.add({ kind: "stop", card: 2, lastsMs: 1 }, ROLES, 200n * MS).mendedNs = 300n * MS;
  kill.mendedNs = 500n * MS;
  const deliveries = deliveriesOf([3, 301, 400, 1]);
  const lost = measureRecovery(deliveries, log.records, [1, 2, 3]).find(
    ({ cause }) => cause === "quorum lost",
  );
  t.is(lost?.everyHost, null);
  t.is(lost?.anyHost.p50Ms, 100);
});
