import test from "ava";
import type { TraceEvent } from "../../../boards/virtual/trace.js";
import { countsOf } from "../../../scripts/bench/compute-counts.js";

function turn(compute: number, inputs: string[], outputs: string[]): TraceEvent {
  return { event: "turn", timeUs: 0, card: 1, inputs, outputs, compute };
}

const whole = [
  turn(100, ["HOST_REQUEST"], ["REQUEST"]),
  turn(200, ["REQUEST"], ["STORE"]),
  turn(30, ["STORE"], ["ANSWER"]),
  turn(4, ["ANSWER"], ["HOST_ANSWER"]),
];

test("each role's cost is the median of the turns that did nothing else", (t) => {
  const counts = countsOf([
    ...whole,
    turn(5000, ["REQUEST", "BEACON_ACK"], ["STORE"]),
    turn(6000, ["REQUEST"], ["STORE", "BEACON"]),
    turn(210, ["REQUEST"], ["STORE"]),
    turn(199, ["REQUEST"], ["STORE"]),
  ]);
  t.deepEqual(counts, { originator: 104, primary: 200, secondary: 30 });
});

test("without a turn of some role there is no count", (t) => {
  t.throws(() => countsOf(whole.slice(0, 3)), { message: /ANSWER/ });
});
