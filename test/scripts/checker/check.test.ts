import test from "ava";
import { check, Deliveries, type Delivery } from "../../../scripts/checker/index.js";

/** A delivery in short: caller, asked at, got at, number. */
function got(
  caller: number,
  requestedAtNs: bigint,
  deliveredAtNs: bigint,
  number: bigint,
  host = 1,
): Delivery {
  return { host, caller, requestedAtNs, deliveredAtNs, number };
}

test("nothing delivered holds, and has no first or last number", (t) => {
  const result = check(new Deliveries());
  t.true(result.held);
  t.is(result.first, undefined);
  t.is(result.missing, 0n);
});

test("numbers that rise in real time hold, whatever the order of the records", (t) => {
  const result = check(Deliveries.of([got(1, 20n, 29n, 7n), got(2, 0n, 9n, 5n, 2), got(3, 10n, 19n, 6n, 3)]));
  t.true(result.held);
  t.like(result, { records: 3, delivered: 3, first: 5n, last: 7n, missing: 0n, gaps: 0, examples: [] });
});

test("the same number to two callers is a duplicate, the pair in order of delivery", (t) => {
  const late = got(1, 0n, 12n, 5n);
  const early = got(2, 0n, 11n, 5n, 2);
  const result = check(Deliveries.of([late, early]));
  t.false(result.held);
  t.like(result, { duplicates: 1, orderViolations: 0, delivered: 1 });
  t.deepEqual(result.examples, [{ kind: "duplicate", earlier: early, later: late }]);
});

test("a number delivered three times counts as two duplicates", (t) => {
  const result = check(Deliveries.of([got(1, 0n, 9n, 5n), got(2, 0n, 9n, 5n), got(3, 0n, 9n, 5n)]));
  t.is(result.duplicates, 2);
});

test("a smaller number to one who asked after a delivery breaks the order", (t) => {
  const first = got(1, 0n, 10n, 6n);
  const second = got(2, 11n, 20n, 5n, 2);
  const result = check(Deliveries.of([second, first]));
  t.like(result, { held: false, duplicates: 0, orderViolations: 1 });
  t.deepEqual(result.examples, [{ kind: "order", earlier: first, later: second }]);
});

test("the same number to one who asked after it was delivered breaks both promises", (t) => {
  const result = check(Deliveries.of([got(1, 0n, 10n, 5n), got(2, 11n, 20n, 5n)]));
  t.like(result, { duplicates: 1, orderViolations: 1 });
});

test("asked at the very instant of a delivery is concurrent, not after", (t) => {
  t.true(check(Deliveries.of([got(1, 0n, 10n, 6n), got(2, 10n, 20n, 5n)])).held);
});

test("asked, delivered and asked again at one instant is concurrent", (t) => {
  t.true(check(Deliveries.of([got(1, 7n, 7n, 3n), got(1, 7n, 7n, 2n), got(1, 7n, 7n, 1n)])).held);
});

test("overlapping requests may be served in any order", (t) => {
  t.true(check(Deliveries.of([got(1, 0n, 100n, 1n), got(2, 1n, 50n, 9n), got(3, 49n, 60n, 8n)])).held);
});

test("a violation is found across a later delivery of a greater number", (t) => {
  // 9 came late and hides nothing: 5 was asked for after 6 had come.
  const result = check(Deliveries.of([got(1, 0n, 10n, 6n), got(2, 0n, 99n, 9n), got(3, 11n, 20n, 5n)]));
  t.is(result.orderViolations, 1);
});

test("gaps are counted between the first and the last number", (t) => {
  const result = check(Deliveries.of([got(1, 0n, 1n, 10n), got(1, 2n, 3n, 13n), got(1, 4n, 5n, 100n)]));
  t.true(result.held);
  t.like(result, { first: 10n, last: 100n, delivered: 3, missing: 88n, gaps: 2, longestGap: 86n });
});

test("numbers above 2^53 are told apart", (t) => {
  const base = 2n ** 62n;
  t.true(check(Deliveries.of([got(1, 0n, 1n, base), got(1, 2n, 3n, base + 1n)])).held);
  t.is(check(Deliveries.of([got(1, 0n, 1n, base + 1n), got(1, 2n, 3n, base)])).orderViolations, 1);
});

test("0 and 2^63 are out of range, 1 and 2^63-1 are not", (t) => {
  const within = check(Deliveries.of([got(1, 0n, 1n, 1n), got(1, 2n, 3n, 2n ** 63n - 1n)]));
  t.is(within.rangeViolations, 0);
  const result = check(Deliveries.of([got(1, 0n, 1n, 0n), got(1, 2n, 3n, 2n ** 63n)]));
  t.like(result, { held: false, rangeViolations: 2 });
});

test("a delivery before its request is a fault of the record and says nothing of order", (t) => {
  const result = check(Deliveries.of([got(1, 10n, 5n, 3n), got(2, 7n, 9n, 2n), got(3, 6n, 6n, 4n)]));
  t.like(result, { held: false, clockViolations: 1, duplicates: 0, orderViolations: 1 });
});

test("only some examples of a kind are kept, and all are counted", (t) => {
  const records = Array.from({ length: 50 }, (_, index) => got(index, 0n, 9n, 5n));
  const result = check(Deliveries.of(records), { maxExamples: 3 });
  t.is(result.duplicates, 49);
  t.is(result.examples.length, 3);
});

test("half a million deliveries of three hosts are checked, and one bad among them found", (t) => {
  const deliveries = new Deliveries();
  for (let index = 0; index < 500_000; index += 1) {
    const at = BigInt(index) * 10n;
    // Neighbours overlap and come in swapped order, as callers' numbers do.
    deliveries.append(index % 3, index % 64, at, at + 25n, BigInt((index ^ 1) + 1));
  }
  t.true(check(deliveries).held);
  deliveries.append(2, 9, 5_000_100n, 5_000_200n, 250_000n);
  t.like(check(deliveries), { duplicates: 1, orderViolations: 1, missing: 0n });
});
