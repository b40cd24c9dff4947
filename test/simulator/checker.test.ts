import test from "ava";
import { Checker } from "./checker.js";

test("numbers that rise break no promise", (t) => {
  const checker = new Checker();
  for (let start = 0; start < 50; start += 5) checker.deliver(start, 5, checker.invoke(), 1, 0);
  t.is(checker.violation, "");
  t.is(checker.gaps(), 0);
  t.is(checker.numbers, 50);
});

test("a number that two get breaks P1, whatever part of a block it is", (t) => {
  for (const [start, count] of [
    [10, 1],
    [5, 6],
    [19, 5],
    [0, 100],
    [12, 2],
  ] as const) {
    const checker = new Checker();
    checker.deliver(10, 10, -1, 1, 0);
    checker.deliver(start, count, -1, 2, 0);
    t.regex(checker.violation, /^P1/);
  }
});

test("calls that overlap may be served in any order", (t) => {
  const checker = new Checker();
  const floors = [checker.invoke(), checker.invoke(), checker.invoke()];
  for (const [at, floor] of floors.entries()) checker.deliver(20 - 10 * at, 10, floor, at, 0);
  t.is(checker.violation, "");
  t.is(checker.gaps(), 0);
});

test("a number below one that was delivered before its request breaks P2", (t) => {
  const checker = new Checker();
  const before = checker.invoke();
  checker.deliver(100, 1, before, 1, 0);
  const after = checker.invoke();
  checker.deliver(50, 1, before, 2, 0);
  t.is(checker.violation, "");
  checker.deliver(51, 1, after, 2, 0);
  t.regex(checker.violation, /^P2: 100 was delivered/);
});

test("numbers that nobody got are counted", (t) => {
  const checker = new Checker();
  checker.deliver(0, 10, -1, 1, 0);
  checker.deliver(15, 10, -1, 1, 0);
  t.is(checker.gaps(), 5);
  checker.deliver(12, 3, -1, 2, 0);
  checker.deliver(10, 2, -1, 2, 0);
  t.is(checker.gaps(), 0);
});

test("a number outside the sequence is a violation", (t) => {
  const checker = new Checker();
  checker.deliver(-1, 1, -5, 1, 0);
  t.regex(checker.violation, /^outside/);
});
