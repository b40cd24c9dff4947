import test from "ava";
import { drawPath } from "../../../scripts/demonstration/draw-path.js";
import { findNumberPaths, type NumberPath } from "../../../scripts/demonstration/number-path.js";
import { framesOf } from "./sample-trace.js";

const path = findNumberPaths(framesOf(41, 5, 1000))[0] as NumberPath;

test("a lane for each, with its role, and an arrow for each frame from its sender to its receiver", (t) => {
  t.deepEqual(drawPath(path), [
    "               host 3            card 3            card 1            card 2",
    "                               originator         primary          secondary",
    "    0 µs         ├─ HOST REQUEST ─▶│                 │                 │",
    "  100 µs         │                 ├──── REQUEST ───▶│                 │         50 µs on the cable",
    "  200 µs         │                 │                 ├───── STORE ────▶│         60 µs on the cable",
    "  300 µs         │                 │◀──────────── ANSWER ──────────────┤         55 µs on the cable",
    "  400 µs         │◀─ HOST ANSWER ──┤                 │                 │",
    "  400 µs in all, for number 4294967301",
  ]);
});

test("a card that holds two roles has one lane with both", (t) => {
  const legs = path.legs.map((leg) => ({
    ...leg,
    from: leg.from.replace("card2", "card3"),
    to: leg.to.replace("card2", "card3"),
  }));
  const lines = drawPath({ ...path, legs });
  t.regex(lines[1] ?? "", /originator\+secondary +primary/);
  t.false(lines.some((line) => line.includes("card 2")));
});
