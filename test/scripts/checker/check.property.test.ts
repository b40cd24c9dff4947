import test from "ava";
import fc from "fast-check";
import { check, Deliveries, type Delivery } from "../../../scripts/checker/index.js";

/** The promises word for word, each pair looked at. */
function naive(records: readonly Delivery[]) {
  const sound = (record: Delivery): boolean => record.requestedAtNs <= record.deliveredAtNs;
  const seen = new Set(records.map((record) => record.number));
  const numbers = [...seen].sort((left, right) => (left < right ? -1 : 1));
  const first = numbers[0] ?? 0n;
  const last = numbers.at(-1) ?? 0n;
  return {
    duplicates: records.length - seen.size,
    orderViolations: records.filter(
      (later) =>
        sound(later) &&
        records.some(
          (earlier) =>
            sound(earlier) && earlier.deliveredAtNs < later.requestedAtNs && earlier.number >= later.number,
        ),
    ).length,
    clockViolations: records.filter((record) => !sound(record)).length,
    delivered: seen.size,
    missing: seen.size === 0 ? 0n : last - first + 1n - BigInt(seen.size),
  };
}

/** Few instants and few numbers, so that equal ones meet often. */
const delivery = fc.record({
  host: fc.nat(2),
  caller: fc.nat(3),
  requestedAtNs: fc.bigInt(0n, 12n),
  deliveredAtNs: fc.bigInt(0n, 12n),
  number: fc.oneof(fc.bigInt(1n, 12n), fc.bigInt(2n ** 63n - 6n, 2n ** 63n - 1n)),
});

test("finds what a look at every pair finds", (t) => {
  fc.assert(
    fc.property(fc.array(delivery, { maxLength: 30 }), (records) => {
      t.like(check(Deliveries.of(records)), naive(records));
    }),
    { numRuns: 2000 },
  );
});

test("every pair that is shown does break what it is shown for", (t) => {
  fc.assert(
    fc.property(fc.array(delivery, { maxLength: 30 }), (records) => {
      for (const violation of check(Deliveries.of(records), { maxExamples: 100 }).examples) {
        if (violation.kind === "duplicate") {
          t.is(violation.earlier.number, violation.later.number);
          t.true(violation.earlier.deliveredAtNs <= violation.later.deliveredAtNs);
        } else if (violation.kind === "order") {
          t.true(violation.earlier.deliveredAtNs < violation.later.requestedAtNs);
          t.true(violation.earlier.number >= violation.later.number);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("one number swapped in a sound history is found", (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(), fc.nat(), (length, one, other) => {
      const left = one % length;
      const right = other % length;
      const records = Array.from({ length }, (_, index) => {
        const taken = index === left ? right : index === right ? left : index;
        const at = BigInt(index) * 10n;
        return { host: 1, caller: 1, requestedAtNs: at, deliveredAtNs: at + 9n, number: BigInt(taken + 1) };
      });
      t.is(check(Deliveries.of(records)).held, left === right);
    }),
  );
});
