import test from "ava";
import { FRAME_BEACON, OFFSET_TYPE } from "../../firmware/wire/frame-types.js";
import { SessionBench } from "../host-bridge/session-bench.js";
import { FabricTaker } from "./fabric-taker.js";

// Others' worst day: a bound that was off by one gave the last number of one block as the first of another (atlasdb 1937).

const SIZES = [1, 32_768, 1, 32_767, 2, 32_768, 32_768, 3];

test("over windows and hosts each block begins where the one before ended", (t) => {
  const taker = new FabricTaker();
  SIZES.forEach((size, at) => {
    const { end } = taker;
    const taken = taker.take(at % 3, size);
    t.deepEqual([taken.first, taken.end], [end, end + BigInt(size)]);
    taker.fabric.run(20_000);
  });
  t.is(taker.end - 1n, taker.delivered);
});

test("a new primary begins at the end of the last block, neither in it nor behind a gap", (t) => {
  for (const size of [1, 2, 32_767, 32_768]) {
    const taker = new FabricTaker();
    const host = taker.primary % 3;
    taker.take(host, size);
    taker.fabric.kill(taker.primary - 1);
    taker.fabric.run(150_000);
    taker.waitReady(host);
    const { end } = taker;
    t.is(taker.take(host).first, end, `behind a block of ${size}`);
  }
});

test("the number below the ceiling is given, and behind a cold start the ceiling itself is the first", (t) => {
  const taker = new FabricTaker();
  const { fabric } = taker;
  const primary = taker.primary - 1;
  const others = [0, 1, 2].filter((place) => place !== primary) as [number, number];
  const { ceiling } = taker.status(others[0]);
  const ceilingNumber = (BigInt(ceiling.high) << 32n) | BigInt(ceiling.low);
  // Nobody hears of a higher ceiling; the lease lasts long enough for what lies below this one.
  fabric.filter = (_from, _to, frame) => frame.bytes[OFFSET_TYPE] !== FRAME_BEACON;
  taker.take(others[0], 32_768);
  taker.take(others[1], 32_768);
  t.is(taker.end, ceilingNumber, "up to the very last number below the ceiling");
  t.throws(() => taker.ask(others[0], 1, 15_000), undefined, "and not one more");
  for (const place of [0, 1, 2]) fabric.kill(place);
  fabric.filter = () => true;
  for (const place of others) taker.boot(place);
  fabric.run(400_000);
  taker.waitReady(others[0]);
  t.is(taker.take(others[0]).first, ceilingNumber);
});

test("callers of one block share it out to its last number, and the next block's callers begin behind it", (t) => {
  const bench = new SessionBench({ card: { next: 1n } }).open();
  const counts = [3, 1, 2, 32_762, 32_768, 1];
  const calls = counts.map((count) => bench.call(count));
  bench.session.flush(bench.nowMs);
  bench.deliver();
  let next = 1n;
  calls.forEach((call, at) => {
    t.is(call.first, next, `call ${at}`);
    next += BigInt(counts[at] as number);
  });
  t.deepEqual(
    bench.card.heard.map(({ count }) => count),
    [32_768, 32_768, 1],
  );
  t.is(bench.card.settings.next, next);
});
