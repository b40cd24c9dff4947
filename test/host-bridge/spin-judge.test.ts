import test from "ava";
import { SpinJudge } from "../../host-bridge/spin-judge.js";
import { Typical } from "../../host-bridge/typical.js";

/** Makes calls, each of which takes so long as it waits. @returns how many of them spun. */
function spinsOf(judge: SpinJudge, calls: number, spinMs: number, spunMs: number, sleptMs: number): number {
  let spins = 0;
  for (let call = 0; call < calls; call += 1) {
    const didSpin = judge.shouldSpin(spinMs);
    if (didSpin) spins += 1;
    judge.note(didSpin, didSpin ? spunMs : sleptMs);
  }
  return spins;
}

test("where spinning is quicker, it spins, but for a try now and then", (t) => {
  t.is(spinsOf(new SpinJudge(), 1 + 64, 1, 0.4, 0.5), 64 - 2);
});

test("where answers take longer than it may spin, it never does", (t) => {
  t.is(spinsOf(new SpinJudge(), 1_000, 0.2, 0.1, 0.5), 0);
  t.is(spinsOf(new SpinJudge(), 1_000, 0, 0.1, 0.5), 0);
});

test("where others want the core, so that spinning is slower, it sleeps, but for a try now and then", (t) => {
  const judge = new SpinJudge();
  t.true(spinsOf(judge, 1_000, 1, 0.6, 0.5) <= 1_000 / 32 + 1);
  t.true(spinsOf(judge, 1_000, 1, 0.49, 0.5) <= 1_000 / 32 + 1, "a gain too small for a core");
  t.true(spinsOf(judge, 4_000, 1, 0.2, 0.5) > 2_000, "it notices when the core is free again");
});

test("without end it spins, whatever it costs", (t) => {
  t.is(spinsOf(new SpinJudge(), 100, Number.POSITIVE_INFINITY, 9, 0.1), 100);
});

for (const quantile of [0.1, 0.5, 0.9]) {
  test(`the typical time finds the quantile ${quantile} of what is noted, and follows it`, (t) => {
    const typical = new Typical(quantile);
    t.is(typical.ms, 0);
    for (const scale of [1, 5, 0.2]) {
      // Evenly spread from 1 to 2, in an order without a pattern.
      for (let index = 0; index < 3_000; index += 1) typical.note(scale * (1 + ((index * 0.618_034) % 1)));
      const wanted = scale * (1 + quantile);
      t.true(Math.abs(typical.ms - wanted) < 0.15 * wanted, `${typical.ms} and not ${wanted}`);
    }
  });
}

test("a few times that are a thousand times as long as the others do not matter", (t) => {
  const typical = new Typical(0.5);
  for (let index = 0; index < 1_000; index += 1) typical.note(index % 20 === 0 ? 1_000 : 1);
  t.true(typical.ms > 0.9 && typical.ms < 1.3, `${typical.ms}`);
});
