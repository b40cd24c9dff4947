import test from "ava";
import { check, Deliveries } from "../../../scripts/checker/index.js";
import { drawSummary, type RunFigures, summarize } from "../../../scripts/demonstration/summary.js";

const figures: RunFigures = {
  engine: "xs",
  hosts: 3,
  callersEach: 2,
  leastNumbers: 2,
  numbersPerSecond: 1234,
  p50Us: 900,
  p99Us: 2000,
  recoveries: [{ what: "card 1 loses its power", anyHostUs: 60_000, everyHostUs: 61_000 }],
  rejected: 3,
};

function deliveriesOf(...numbers: bigint[]): Deliveries {
  const made = new Deliveries();
  numbers.forEach((number, index) => {
    made.append(1, 0, BigInt(index * 10), BigInt(index * 10 + 5), number);
  });
  return made;
}

test("numbers that rise hold, and the summary shows them with their gaps", (t) => {
  const summary = summarize(figures, check(deliveriesOf(5n, 6n, 9n)), 0);
  t.like(summary, { held: true, numbers: 3, first: "5", last: "9", missing: "2", gaps: 1, violations: [] });
  const text = drawSummary(summary).join("\n");
  t.regex(text, /3, from 5 to 9/);
  t.regex(text, /0 duplicates\n/);
  t.regex(text, /1, 2 numbers missing, 2 of them in a row/);
  t.regex(text, /calls rejected +3\n/);
  t.regex(text, /p50 900 µs, p99 2\.00 ms/);
  t.true(text.endsWith("All held."));
});

test("a broken promise is shown with the pair that breaks it", (t) => {
  const summary = summarize(figures, check(deliveriesOf(5n, 4n)), 0);
  t.false(summary.held);
  const text = drawSummary(summary).join("\n");
  t.regex(text, /1 order violations {3}BROKEN/);
  t.regex(text, /was given 4, which is not greater/);
  t.true(text.endsWith("NOT ALL HELD."));
});

test("too few numbers, or a torn record, do not pass", (t) => {
  t.false(summarize(figures, check(deliveriesOf(5n)), 0).held);
  t.regex(
    drawSummary(summarize(figures, check(deliveriesOf(5n)), 0)).join("\n"),
    /at least 2 were to be taken/,
  );
  const torn = summarize(figures, check(deliveriesOf(5n, 6n)), 9);
  t.like(torn, { held: false, badRecords: 1 });
  t.regex(drawSummary(torn).join("\n"), /1 make no sense/);
  t.false(summarize(figures, check(new Deliveries()), 0).held);
});

test("a host that is not served again does not pass", (t) => {
  const recoveries = [{ what: "card 1 loses its power", anyHostUs: 60_000, everyHostUs: null }];
  const summary = summarize({ ...figures, recoveries }, check(deliveriesOf(5n, 6n)), 0);
  t.false(summary.held);
  t.regex(drawSummary(summary).join("\n"), /not served again +card 1 loses its power {3}BROKEN/);
});

test("the summary goes through JSON as it is", (t) => {
  const summary = summarize(figures, check(deliveriesOf(5n, 2n ** 63n - 1n)), 0);
  t.deepEqual(JSON.parse(JSON.stringify(summary)), summary);
});
