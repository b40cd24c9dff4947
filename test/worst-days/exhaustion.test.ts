import test from "ava";
import { FRAME_HELLO, OFFSET_TYPE, REFUSE_EXHAUSTED } from "../../firmware/wire/frame-types.js";
import { startCardProcess } from "../host-bridge/card-process.js";
import { SessionBench } from "../host-bridge/session-bench.js";
import { runSeqcard } from "../support/seqcard-command.js";
import { FabricTaker } from "./fabric-taker.js";

// Others' worst day: a counter that had reached its maximum was asked again and again, for ever (kazoo 730).

const LAST = 2n ** 63n - 1n;
const SECOND_US = 1_000_000;

/** What a fabric does in a second: frames on its cables without hellos, wake-ups of its cards, writes of ceilings. */
interface Effort {
  readonly frames: number;
  readonly ticks: number;
  readonly ceilingWrites: number;
}

function effortOf(taker: FabricTaker, during: () => void): Effort {
  const { fabric } = taker;
  const ticks = (): number => fabric.cards.reduce((sum, card) => sum + card.ticks, 0);
  const writesBefore = taker.counted("ceilingWrites");
  const ticksBefore = ticks();
  let frames = 0;
  fabric.filter = (_from, _to, frame) => {
    if (frame.bytes[OFFSET_TYPE] !== FRAME_HELLO) frames += 1;
    return true;
  };
  during();
  fabric.filter = () => true;
  return {
    frames,
    ticks: ticks() - ticksBefore,
    ceilingWrites: taker.counted("ceilingWrites") - writesBefore,
  };
}

test("the last number is 2^63-1; then every host is told EXHAUSTED, for good, and nothing wraps", (t) => {
  const taker = new FabricTaker(LAST - 2n);
  t.is(taker.take(0).first, LAST - 2n);
  t.is(taker.ask(1, 3), REFUSE_EXHAUSTED, "no block beyond the end");
  t.is(taker.take(1, 2).end, 2n ** 63n);
  for (const place of [0, 1, 2]) t.is(taker.ask(place), REFUSE_EXHAUSTED);
  taker.fabric.kill(taker.primary - 1);
  taker.fabric.run(150_000);
  for (const place of [0, 1, 2].filter((one) => taker.fabric.at(one).card !== undefined)) {
    taker.waitReady(place);
    t.is(taker.ask(place), REFUSE_EXHAUSTED, "nor by a new primary");
  }
  for (const place of [0, 1, 2]) taker.fabric.kill(place);
  for (const place of [0, 1, 2]) taker.boot(place);
  taker.fabric.run(400_000);
  taker.waitReady(0);
  for (const place of [0, 1, 2]) t.is(taker.ask(place), REFUSE_EXHAUSTED, "nor from cold");
});

test("an exhausted fabric is as quiet as any that nobody asks", (t) => {
  const idle = new FabricTaker();
  const exhausted = new FabricTaker(LAST);
  exhausted.take(0);
  idle.take(0);
  for (const place of [0, 1, 2]) {
    idle.take(place);
    exhausted.ask(place);
  }
  const second = (taker: FabricTaker): Effort => effortOf(taker, () => taker.fabric.run(SECOND_US));
  const usual = second(idle);
  const found = second(exhausted);
  t.is(found.ceilingWrites, 0);
  t.true(found.frames <= usual.frames + 4, `${found.frames} frames, usually ${usual.frames}`);
  t.true(found.ticks <= 1.1 * usual.ticks, `${found.ticks} wake-ups, usually ${usual.ticks}`);
});

test("each call at an exhausted fabric costs a request and a refusal, and no retry", (t) => {
  const taker = new FabricTaker(LAST);
  taker.take(0);
  const { fabric } = taker;
  const far = [0, 1, 2].find((place) => place !== taker.primary - 1) as number;
  const received = taker.counted("requestsReceived");
  for (let call = 0; call < 50; call += 1) t.is(taker.ask(far), REFUSE_EXHAUSTED);
  fabric.run(SECOND_US);
  t.is(taker.counted("requestsReceived") - received, 50);
});

test("a host tells its callers EXHAUSTED at once, and does not ask again by itself", (t) => {
  const bench = new SessionBench({ card: { next: LAST } }).open();
  const last = bench.ask();
  bench.deliver();
  t.is(last.first, LAST);
  const calls = [bench.ask(), bench.ask(7)];
  bench.deliver();
  for (const { error } of calls) t.is(error?.code, "EXHAUSTED");
  const heard = bench.card.heard.length;
  bench.pass(60_000);
  bench.deliver();
  t.is(bench.card.heard.length, heard);
});

test("the command line ends with EXHAUSTED and exit code 1, however many were asked for", async (t) => {
  const { path } = await startCardProcess(t, { next: LAST - 1n });
  const { code, err } = await runSeqcard(["next", "-n", "1000000000", "--json", "--port", path]);
  t.is(code, 1);
  t.like(JSON.parse(err), { error: { code: "EXHAUSTED" } });
});
