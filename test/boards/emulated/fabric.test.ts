import type { ExecutionContext } from "ava";
import { check, describeResult } from "../../../scripts/checker/index.js";
import { BenchFabric } from "../../../scripts/emulated-bench/bench-fabric.js";
import { LoadRun } from "../../../scripts/emulated-bench/load.js";
import { because, benchSettings, withFirmware } from "./firmware.js";

const NUMBERS = 10_000;
const BLOCK = 50;

function start(t: ExecutionContext, seed: number): BenchFabric {
  return BenchFabric.start(benchSettings(t, { seed }));
}

withFirmware(
  `three boards give ${NUMBERS} numbers to three hosts, over a lost primary and power that goes in a write${because}`,
  (t) => {
    const fabric = start(t, 1);
    const run = new LoadRun(fabric, { hosts: [1, 2, 3], inFlight: 2, count: BLOCK }).start();
    const passUntilNumbers = (numbers: number): void =>
      fabric.passUntil(() => run.deliveries.length >= numbers, `number ${numbers}`, 120e9);
    passUntilNumbers(NUMBERS * 0.4);

    const lost = fabric.primary;
    fabric.kill(lost);
    t.log(`${run.deliveries.length} numbers; the primary, card ${lost}, has lost its power`);
    const writer = (): number => fabric.cards.find(({ flash }) => flash.isBusy)?.id ?? 0;
    fabric.passUntil(() => writer() !== 0, "a write of another card");
    const torn = writer();
    fabric.pass(300_000);
    t.true(fabric.card(torn).flash.isBusy);
    fabric.kill(torn);
    t.log(`card ${torn} has lost its power in the middle of a write to its flash`);
    fabric.pass(100e6);
    fabric.restart(torn);
    fabric.restart(lost);
    fabric.waitUntilReady();
    t.log(`all are ready again: primary ${fabric.primary}, secondary ${fabric.secondary}`);
    run.startHost(torn);
    run.startHost(lost);

    passUntilNumbers(NUMBERS * 0.7);
    const second = fabric.primary;
    fabric.kill(second);
    const before = run.deliveries.length;
    fabric.passUntil(() => run.deliveries.length > before + 6 * BLOCK, "numbers without the primary", 20e9);
    fabric.restart(second);
    fabric.waitUntilReady();
    run.startHost(second);
    passUntilNumbers(NUMBERS);
    run.finish();

    const result = check(run.deliveries);
    t.log(describeResult(result));
    t.true(result.held);
    t.true(result.delivered >= NUMBERS);
    t.is(
      fabric.cards.reduce((sum, { resets }) => sum + resets, 0),
      0,
      "no watchdog had to help",
    );
  },
);

withFirmware(`a run can be repeated to the cycle${because}`, (t) => {
  const once = (): object => {
    const fabric = start(t, 3);
    const run = new LoadRun(fabric, { hosts: [1, 2, 3], inFlight: 1, count: 1 }).start();
    fabric.pass(200e6);
    const cycles = fabric.cards.map(({ board, compute }) => [board?.cycles, compute]);
    return { cycles, frames: fabric.frames, numbers: [...run.deliveries.deliveryTimesNs] };
  };
  t.deepEqual(once(), once());
});
