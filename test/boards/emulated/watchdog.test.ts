import type { Board } from "../../../boards/emulated/chip/board.js";
import { CARD_FLAG_COLD } from "../../../firmware/wire/host-setup-frames.js";
import { check, describeResult } from "../../../scripts/checker/index.js";
import { BenchFabric } from "../../../scripts/emulated-bench/bench-fabric.js";
import { LoadRun } from "../../../scripts/emulated-bench/load.js";
import { because, benchSettings, withFirmware } from "./firmware.js";
import { hang } from "./hang.js";

const MS = 1e6;
const WATCHDOG_NANOS = 2_000 * MS;

withFirmware(
  `the watchdog restarts a primary that hangs, and the fabric does not wait for it${because}`,
  (t) => {
    const fabric = BenchFabric.start(benchSettings(t, { seed: 6 }));
    const run = new LoadRun(fabric, { hosts: [1, 2, 3], inFlight: 1, count: 4 }).start();
    fabric.pass(50 * MS);
    const hung = fabric.primary;
    const host = fabric.host(hung);
    const card = fabric.card(hung);
    hang(card.board as Board);
    host.disconnect();
    const startNanos = fabric.emulation.nanos;
    const before = run.deliveries.length;
    fabric.passUntil(() => run.deliveries.length > before + 40, "numbers without the primary");
    t.log(
      `${((fabric.emulation.nanos - startNanos) / MS).toFixed(0)} ms later the others had given 40 numbers`,
    );
    t.is(card.resets, 0, "they did not wait");
    t.not(fabric.primary, hung);

    fabric.passUntil(() => card.resets === 1, "a reset", 3e9);
    const tookNanos = fabric.emulation.nanos - startNanos;
    t.log(`the watchdog took ${(tookNanos / MS).toFixed(0)} ms`);
    t.true(tookNanos > WATCHDOG_NANOS - 50 * MS && tookNanos < WATCHDOG_NANOS + 50 * MS);
    host.connect();
    fabric.waitUntilReady();
    t.is(host.welcome.flags & CARD_FLAG_COLD, CARD_FLAG_COLD, "it has forgotten what it held");

    run.startHost(hung);
    const delivered = run.deliveries.length;
    fabric.passUntil(() => run.deliveries.length > delivered + 100, "numbers with it");
    run.finish();
    const result = check(run.deliveries);
    t.log(describeResult(result));
    t.true(result.held);
    t.is(card.resets, 1);
  },
);
