import test from "ava";
import { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FRAME_HOST_ANSWER, FRAME_HOST_CLOSE, FRAME_HOST_OPEN } from "../../firmware/wire/frame-types.js";
import {
  FABRIC_HEADER_BYTES,
  HOST_HEADER_BYTES,
  writeFabricHeader,
  writeHostHeader,
} from "../../firmware/wire/header.js";
import { INIT_NOT_BLANK } from "../../firmware/wire/host-setup-frames.js";
import { PLAN_BAD, PLAN_HANDOVER, PLAN_SEED, PLAN_TOO_LOW } from "../../firmware/wire/plan-frames.js";
import { LatestNumber } from "../../host-bridge/latest-number.js";
import { seedFields } from "../../host-bridge/planned-change.js";
import { SessionBench } from "../host-bridge/session-bench.js";
import { hostInit } from "../support/host-frames.js";
import { FabricTaker } from "./fabric-taker.js";

// Others' worst day: a bootstrap message with nothing in it set the counter back to nothing (CorfuDB 1441).

const FABRIC_ID = 7;
const HOPS = 16;
const FIRST_HOST_TYPE = 0x40;
const LAST_HOST_TYPE = 0x7f;
const LONGEST_BODY = 60;

/** A body of zeros under a good header. */
function zeros(write: (frame: FrameBuffer) => void, bytes: number): FrameBuffer {
  const frame = new FrameBuffer();
  write(frame);
  frame.length = bytes;
  return frame;
}

function takenSome(): FabricTaker {
  const taker = new FabricTaker();
  for (const place of [0, 1, 2]) taker.take(place, 1_000);
  return taker;
}

test("no frame of a cable with nothing in it, of any type and length, lowers the counter", (t) => {
  const taker = takenSome();
  const { fabric } = taker;
  for (let type = 0; type < FIRST_HOST_TYPE; type += 1) {
    for (let body = 0; body <= LONGEST_BODY; body += 1) {
      for (const [place, link, source] of [
        [0, 0, 2],
        [1, 0, 1],
        [1, 1, 3],
        [2, 0, 2],
      ] as const) {
        const write = (frame: FrameBuffer): void =>
          writeFabricHeader(frame, type, source, place + 1, HOPS, FABRIC_ID);
        fabric.fromLink(place, link, zeros(write, FABRIC_HEADER_BYTES + body));
      }
    }
    fabric.run(1_000);
    taker.take(type % 3);
  }
  t.is(taker.delivered, taker.end - 1n, "they did not even cost a number");
});

test("no frame of a host with nothing in it, of any type and length, lowers the counter", (t) => {
  const taker = takenSome();
  const { fabric } = taker;
  for (let type = FIRST_HOST_TYPE; type <= LAST_HOST_TYPE; type += 1) {
    for (const place of [0, 1, 2]) {
      for (let body = 0; body <= LONGEST_BODY; body += 1) {
        const write = (frame: FrameBuffer): void => writeHostHeader(frame, type, place + 1);
        fabric.fromHost(place, zeros(write, HOST_HEADER_BYTES + body));
      }
      if (type === FRAME_HOST_OPEN || type === FRAME_HOST_CLOSE) fabric.openHost(place);
    }
    // What looks like a handover without a wish may be one.
    fabric.run(100_000);
    for (const place of [0, 1, 2]) {
      fabric.host(place).clear();
      taker.waitReady(place);
      taker.take(place);
    }
  }
  t.is(taker.delivered, taker.end - 1n, "they did not even cost a number");
});

test("a seed of nothing, or of a number that was given, is refused and changes nothing", (t) => {
  const taker = takenSome();
  const { end, fabric } = taker;
  [0n, 1n, end - 1n].forEach((seed, at) => {
    const requestId = 77 + at;
    fabric.host(1).clear();
    fabric.plan(1, { kind: PLAN_SEED, seed, requestId });
    fabric.run(200_000);
    const results = fabric.host(1).planResults();
    if (seed === 0n) t.deepEqual(results, [[requestId, PLAN_BAD, 0n]]);
    else t.deepEqual(results, [[requestId, PLAN_TOO_LOW, end]]);
  });
  t.is(taker.take(2).first, end);
});

test("a change that brings no seed goes on where the fabric was", (t) => {
  const taker = takenSome();
  const { end, fabric } = taker;
  fabric.plan(1, { kind: PLAN_HANDOVER, primary: 3, secondary: 1, seed: 0n });
  fabric.run(200_000);
  taker.waitReady(1);
  t.is(taker.primary, 3);
  t.is(taker.take(1).first, end);
});

test("the first init again, at any member, is refused and changes nothing", (t) => {
  const taker = takenSome();
  const { end, fabric } = taker;
  for (const place of [0, 1, 2]) {
    fabric.fromHost(place, hostInit({ session: place + 1, cardId: place + 1 }));
    t.is(fabric.host(place).initResults().at(-1), INIT_NOT_BLANK);
  }
  fabric.run(200_000);
  t.is(taker.take(0).first, end);
});

test("the host asks for no seed below 1, and its newest known number never falls", (t) => {
  for (const seed of [0n, -1n, 2n ** 63n]) t.throws(() => seedFields(seed, 1), { code: "BAD_FIRST" });
  const latest = new LatestNumber();
  latest.raiseTo(4_711n);
  for (const lower of [0n, 1n, 4_710n]) latest.raiseTo(lower);
  t.is(latest.read(), 4_711n);
});

test("an answer with nothing in it serves no caller", (t) => {
  const bench = new SessionBench({ card: { next: 5n, manual: true } }).open();
  const call = bench.ask();
  const { session, tag } = bench.card.heard[0] as { session: number; tag: number };
  for (let body = 0; body <= LONGEST_BODY; body += 1) {
    bench.card.sendRaw(FRAME_HOST_ANSWER, session, (frame) => {
      frame.bytes.fill(0);
      frame.length = HOST_HEADER_BYTES + body;
    });
  }
  bench.card.answerWith(session, tag, 1, 0n);
  bench.deliver();
  t.is(call.first, null, "0 is no number");
  bench.card.answerWith(session, tag, 1, 5n);
  bench.deliver();
  t.is(call.first, 5n);
});
