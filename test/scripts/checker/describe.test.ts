import test from "ava";
import {
  check,
  Deliveries,
  type Delivery,
  describeResult,
  describeViolation,
} from "../../../scripts/checker/index.js";

const early: Delivery = { host: 1, caller: 7, requestedAtNs: 0n, deliveredAtNs: 1_000n, number: 42n };
const late: Delivery = { host: 2, caller: 3, requestedAtNs: 3_500n, deliveredAtNs: 9_000n, number: 41n };

test("a pair out of order is told with both callers, both numbers and the time between", (t) => {
  t.is(
    describeViolation({ kind: "order", earlier: early, later: late }),
    "Caller 3 of host 2 asked 2.5 µs after caller 7 of host 1 had got 42, and was given 41, which is not greater.",
  );
});

test("a duplicate is told with both callers", (t) => {
  t.is(
    describeViolation({ kind: "duplicate", earlier: early, later: { ...late, number: 42n } }),
    "Number 42 was delivered twice: to caller 7 of host 1 and, 8 µs later, to caller 3 of host 2.",
  );
});

test("a bad number and a bad record are told as such", (t) => {
  t.regex(
    describeViolation({ kind: "range", delivery: { ...early, number: 0n } }),
    /got 0, which is not from 1/,
  );
  t.regex(
    describeViolation({ kind: "clock", delivery: { ...early, deliveredAtNs: 0n, requestedAtNs: 10n } }),
    /0\.01 µs before it was asked for/,
  );
});

test("a result says whether all held, and shows what did not", (t) => {
  const good = describeResult(check(Deliveries.of([early])));
  t.regex(good, /1 deliveries checked: all held/);
  t.regex(good, /0 of 42\.\.42 missing/);
  const bad = describeResult(check(Deliveries.of([early, late, { ...late, number: 0n, deliveredAtNs: 0n }])));
  t.regex(bad, /VIOLATIONS FOUND/);
  t.regex(bad, /1 order violations/);
  t.regex(bad, /out of range: {2}1/);
  t.regex(bad, /wrong clock: {3}1/);
  t.regex(bad, /Caller 3 of host 2 asked 2\.5 µs after/);
  t.regex(describeResult(check(new Deliveries())), /nothing was delivered/);
});
