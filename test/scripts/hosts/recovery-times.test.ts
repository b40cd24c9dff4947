import test from "ava";
import { Deliveries } from "../../../scripts/checker/index.js";
import { RecoveryTimes } from "../../../scripts/hosts/recovery-times.js";

const MS = 1_000_000n;

/** Deliveries as [host, requested, delivered] in milliseconds. */
function deliveriesOf(...records: readonly (readonly [number, number, number])[]): Deliveries {
  const made = new Deliveries();
  records.forEach(([host, requestedMs, deliveredMs], index) => {
    made.append(host, 0, BigInt(requestedMs) * MS, BigInt(deliveredMs) * MS, BigInt(index + 1));
  });
  return made;
}

test("only what was asked for after the instant counts, though more comes after it", (t) => {
  const times = new RecoveryTimes(deliveriesOf([1, 90, 105], [1, 101, 170], [1, 102, 165]), [100n * MS], 1);
  t.is(times.at(100n * MS, 1), 65);
});

test("each host has a time of its own, and one without numbers has none", (t) => {
  const times = new RecoveryTimes(deliveriesOf([1, 101, 110], [3, 101, 130]), [100n * MS], 3);
  t.deepEqual(
    [1, 2, 3].map((host) => times.at(100n * MS, host)),
    [10, Number.POSITIVE_INFINITY, 30],
  );
});

test("what comes after a later instant counts for the earlier ones too, whatever their order", (t) => {
  const instants = [300n * MS, 100n * MS, 200n * MS];
  const times = new RecoveryTimes(deliveriesOf([1, 150, 350], [1, 310, 320]), instants, 1);
  t.deepEqual(
    instants.map((instant) => times.at(instant, 1)),
    [20, 220, 120],
  );
  t.throws(() => times.at(7n, 1), { instanceOf: RangeError });
});

test("a request at the very instant was not made after it", (t) => {
  const times = new RecoveryTimes(deliveriesOf([1, 100, 101]), [100n * MS], 1);
  t.is(times.at(100n * MS, 1), Number.POSITIVE_INFINITY);
});
