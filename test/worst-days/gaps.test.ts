import { readFileSync } from "node:fs";
import test from "ava";
import { DEFAULT_WINDOW } from "../../firmware/wire/constants.js";
import { FRAME_ANSWER, FRAME_REQUEST, FRAME_STORE, OFFSET_TYPE } from "../../firmware/wire/frame-types.js";
import { SessionBench } from "../host-bridge/session-bench.js";
import { FabricTaker } from "./fabric-taker.js";

// Others' worst day: numbers were missing after a crash, and nobody had said that they might be (h2database 3171).

test("without a fault there is no gap, and none is counted", (t) => {
  const taker = new FabricTaker();
  for (let at = 0; at < 300; at += 1) taker.take(at % 3, 1 + (at % 500));
  t.is(taker.end - 1n, taker.delivered);
  t.is(taker.counted("numbersSkipped"), 0);
});

for (const [lostUs, costs] of [
  [1, false],
  [250_000, true],
] as const) {
  test(`frames lost for ${lostUs} us cost ${costs ? "numbers, and each is counted" : "no number"}`, (t) => {
    const taker = new FabricTaker();
    const { fabric } = taker;
    for (const type of [FRAME_REQUEST, FRAME_STORE, FRAME_ANSWER]) {
      const skippedBefore = taker.end - 1n - taker.delivered;
      for (const place of [0, 1, 2]) {
        let lostUntilUs = 0;
        fabric.filter = (_from, _to, frame) => {
          if (frame.bytes[OFFSET_TYPE] !== type) return true;
          if (lostUntilUs === 0) lostUntilUs = fabric.nowUs + lostUs;
          return fabric.nowUs >= lostUntilUs;
        };
        taker.take(place, 100, 2 * lostUs + 100_000);
      }
      const missing = taker.end - 1n - taker.delivered;
      t.is(missing > skippedBefore, costs && type !== FRAME_REQUEST, `type ${type}`);
      t.is(BigInt(taker.counted("numbersSkipped")), missing);
    }
  });
}

test("a primary that dies costs nothing that was not under way", (t) => {
  const taker = new FabricTaker();
  for (const place of [0, 1, 2]) taker.take(place, 100);
  const left = taker.primary % 3;
  taker.fabric.kill(taker.primary - 1);
  taker.fabric.run(150_000);
  taker.waitReady(left);
  taker.take(left);
  t.is(taker.end - 1n, taker.delivered);
});

test("where all power fails one window is skipped at the most, and the new view's base tells how many", (t) => {
  const taker = new FabricTaker();
  const { fabric } = taker;
  for (const place of [0, 1, 2]) taker.take(place, 10_000);
  const { end } = taker;
  for (const place of [0, 1, 2]) fabric.kill(place);
  for (const place of [0, 1, 2]) taker.boot(place);
  fabric.run(400_000);
  taker.waitReady(0);
  const { base } = taker.status(0);
  const { first } = taker.take(0);
  t.is((BigInt(base.high) << 32n) | BigInt(base.low), first, "the first number behind the gap");
  t.true(first > end && first - end <= BigInt(DEFAULT_WINDOW), `${first - end} skipped`);
});

test("numbers whose callers had given up are counted at the host", (t) => {
  const bench = new SessionBench({ card: { manual: true } }).open();
  const given = bench.call(5, 100);
  const kept = bench.call(2);
  bench.session.flush(bench.nowMs);
  bench.pass(200);
  t.is(given.error?.code, "TIMEOUT");
  bench.card.answer(bench.card.heard[0] as { session: number; tag: number; count: number });
  bench.deliver();
  t.is(kept.first, 6n);
  t.is(bench.session.counters.numbersSkipped, 5);
});

test("the page of guarantees says that there may be gaps, and how large", (t) => {
  const page = readFileSync(new URL("../../../docs/guarantees.md", import.meta.url), "utf8");
  t.regex(page, /\*\*P3 small gaps\*\*/);
  t.true(page.includes(DEFAULT_WINDOW.toLocaleString("en")), "the window that the code has");
  t.true(page.includes("`numbersSkipped`"));
});
