import test from "ava";
import { findNumberPaths, medianPath } from "../../../scripts/demonstration/number-path.js";
import { frameOf, framesOf } from "./sample-trace.js";

const beacon = frameOf("BEACON", "card1", "card3", 150, 10, (frame) => {
  frame.length = 12;
});

test("a number is followed from its host through three cards and back", (t) => {
  const [path, ...others] = findNumberPaths([...framesOf(41, 5, 1000), beacon]);
  t.is(others.length, 0);
  t.is(path?.number, 2n ** 32n + 5n);
  t.is(path?.totalUs, 400);
  t.deepEqual(
    path?.legs.map(({ from, to, sentUs, arrivedUs }) => [from, to, sentUs, arrivedUs]),
    [
      ["host3", "card3", 0, 0],
      ["card3", "card1", 100, 150],
      ["card1", "card2", 200, 260],
      ["card2", "card3", 300, 355],
      ["card3", "host3", 400, 400],
    ],
  );
});

test("each number keeps to its own frames, with others' between them", (t) => {
  const one = framesOf(41, 5, 1000);
  const other = framesOf(99, 6, 5000);
  const stray = framesOf(77, 9, 1050).slice(2, 4);
  const paths = findNumberPaths([...one.slice(0, 2), ...stray, ...one.slice(2), ...other]);
  t.deepEqual(
    paths.map(({ number }) => number),
    [2n ** 32n + 5n, 2n ** 32n + 6n],
  );
});

test("a way that is not whole is none: a frame that is missing, lost or garbled", (t) => {
  for (let missing = 0; missing < 5; missing += 1) {
    const frames = framesOf(41, 5, 1000);
    t.deepEqual(findNumberPaths(frames.filter((_, index) => index !== missing)), []);
    const lost = frames.map((frame, index) =>
      index === missing ? { ...frame, outcome: "lost" as const } : frame,
    );
    t.deepEqual(findNumberPaths(lost), []);
    const cut = frames.map((frame, index) => (index === missing ? { ...frame, payload: "00ff" } : frame));
    t.deepEqual(findNumberPaths(cut), []);
    const long = frames.map((frame, index) =>
      index === missing ? { ...frame, payload: "00".repeat(999) } : frame,
    );
    t.deepEqual(findNumberPaths(long), []);
  }
});

test("the median path is the middle one by time", (t) => {
  const [path] = findNumberPaths(framesOf(41, 5, 1000));
  t.truthy(path);
  if (path === undefined) return;
  const paths = [30, 10, 20].map((totalUs) => ({ ...path, totalUs }));
  t.is(medianPath(paths)?.totalUs, 20);
  t.is(medianPath([]), undefined);
});
