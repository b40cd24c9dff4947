import { MAX_BLOCKS_IN_FLIGHT } from "../../../firmware/wire/constants.js";
import type { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import {
  FRAME_HOST_ANSWER,
  FRAME_HOST_REFUSE,
  FRAME_HOST_WELCOME,
  REFUSE_NO_SESSION,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import { CARD_FLAG_BLANK } from "../../../firmware/wire/host-setup-frames.js";
import { PLAN_SEED } from "../../../firmware/wire/plan-frames.js";
import { CardBench, SESSION } from "../../support/card-bench.js";
import { compact } from "../../support/hex.js";
import {
  hostClose,
  hostEcho,
  hostInit,
  hostOpen,
  hostPlan,
  hostRequest,
  hostStatusRequest,
} from "../../support/host-frames.js";
import { payloadOf, toBigInt } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";
import { newestId } from "./originator-bench.js";

function withBytes(frame: FrameBuffer, change: (frame: FrameBuffer) => void): FrameBuffer {
  change(frame);
  return frame;
}

function ready(): CardBench {
  const bench = new CardBench({ cardId: 3 });
  bench.beacon();
  return bench;
}

export const hostDeskCases: readonly UnitCase[] = [
  {
    title: "OPEN is answered by who the card is",
    run(t) {
      const bench = new CardBench({ uninitialised: true });
      const welcome = bench.host.welcome();
      t.deepEqual([welcome.cardId, welcome.fabricId, welcome.flags], [0, 0, CARD_FLAG_BLANK]);
      t.is(toBigInt(welcome.chipId), 0xabc_0000_0defn);
      t.is(welcome.maxBlocksInFlight, MAX_BLOCKS_IN_FLIGHT);
      bench.initialise();
      bench.fromHost(hostOpen(SESSION));
      t.deepEqual([bench.host.welcome().cardId, bench.host.welcome().fabricId], [1, 7]);
      t.is(bench.host.welcome().flags, 0);
    },
  },
  {
    title: "a frame of no open session is refused under its own session, with its tag",
    run(t) {
      const bench = ready();
      bench.host.clear();
      bench.fromHost(hostRequest(9, 44, 1));
      bench.fromHost(hostStatusRequest(9));
      bench.fromHost(hostClose(9));
      t.deepEqual(bench.host.refusals(), [
        { tag: 44, code: REFUSE_NO_SESSION },
        { tag: 0, code: REFUSE_NO_SESSION },
        { tag: 0, code: REFUSE_NO_SESSION },
      ]);
      t.deepEqual(bench.host.sessions(FRAME_HOST_REFUSE), [9, 9, 9]);
      t.is(bench.card.counters.dropSession, 3);
      bench.ask(1);
      t.is(bench.sent.requests().length, 1, "the open session is as open as before");
    },
  },
  {
    title: "a new session ends the old one: its blocks are forgotten and their late answers go nowhere",
    run(t) {
      const bench = ready();
      bench.ask(1);
      const old = newestId(bench);
      bench.fromHost(hostOpen(2));
      bench.answer(2, { requestId: old, first: 5n });
      t.deepEqual(bench.host.answers(), []);
      t.is(bench.card.counters.answersLate, 1);
      bench.ask(1);
      t.deepEqual(
        bench.host.refusals(),
        [{ tag: 1, code: REFUSE_NO_SESSION }],
        "the old process learns of it",
      );
      bench.fromHost(hostRequest(2, 1, 1));
      t.false(newestId(bench) === old);
      bench.answer(2, { requestId: newestId(bench), first: 6n });
      t.deepEqual(
        bench.host.answers().map(({ tag, first }) => [tag, first]),
        [[1, 6n]],
      );
      t.deepEqual(bench.host.sessions(FRAME_HOST_ANSWER), [2]);
      bench.sent.clear();
      bench.advance(50_000);
      t.is(bench.sent.requests().length, 0, "and nothing is asked again");
    },
  },
  {
    title: "the same OPEN again is welcomed again and ends nothing",
    run(t) {
      const bench = ready();
      bench.ask(1);
      bench.host.clear();
      bench.fromHost(hostOpen(SESSION));
      t.is(bench.host.of(FRAME_HOST_WELCOME).length, 1);
      t.deepEqual(bench.host.viewStates(), [STATE_READY]);
      bench.answer(2, { requestId: newestId(bench), first: 5n });
      t.deepEqual(
        bench.host.answers().map(({ first }) => first),
        [5n],
      );
    },
  },
  {
    title: "CLOSE ends the session and its blocks; opening the same number again starts afresh",
    run(t) {
      const bench = ready();
      bench.ask(1);
      const old = newestId(bench);
      bench.fromHost(hostClose(SESSION));
      bench.host.clear();
      bench.answer(2, { requestId: old, first: 5n });
      bench.ask(2);
      t.deepEqual(bench.host.refusals(), [{ tag: 2, code: REFUSE_NO_SESSION }]);
      bench.fromHost(hostOpen(SESSION));
      bench.answer(2, { requestId: old, first: 5n });
      t.deepEqual(bench.host.answers(), []);
    },
  },
  {
    title: "a frame of another version is refused under its session, so that the host can tell its user",
    run(t) {
      const bench = ready();
      bench.host.clear();
      bench.fromHost(withBytes(hostOpen(0x0102_0304), (frame) => frame.bytes.fill(2, 0, 1)));
      t.deepEqual(
        bench.host.frames.map(({ frame }) => payloadOf(frame)),
        [compact("01 62 04030201 00000000 09")],
      );
      bench.fromHost(
        withBytes(hostOpen(5), (frame) => {
          frame.bytes[0] = 2;
          frame.length = 5;
        }),
      );
      t.is(bench.host.frames.length, 1, "too short to know whom to tell");
      t.is(bench.card.counters.dropVersion, 2);
    },
  },
  {
    title: "a frame of a wrong length, of each type, is counted and does nothing",
    run(t) {
      const frames = [
        hostOpen(2),
        hostRequest(SESSION, 1, 1),
        hostStatusRequest(SESSION),
        hostInit(),
        hostPlan(SESSION, { kind: PLAN_SEED }),
        hostEcho(SESSION),
        hostClose(SESSION),
      ];
      const bench = ready();
      bench.host.clear();
      bench.sent.clear();
      for (const frame of frames) {
        frame.length += 1;
        bench.fromHost(frame);
      }
      t.is(bench.card.counters.dropLength, frames.length);
      const short = hostOpen(2);
      short.length = 5;
      bench.fromHost(short);
      t.is(bench.card.counters.dropLength, frames.length + 1);
      t.is(bench.host.frames.length, 0);
      t.is(bench.sent.frames.length, 0);
      bench.ask(1);
      t.is(bench.sent.requests().length, 1, "the session is still open");
    },
  },
  {
    title: "a frame of a type that no host sends is counted",
    run(t) {
      const bench = ready();
      bench.host.clear();
      for (const type of [0x00, 0x02, 0x4f, 0x61, 0xff]) {
        bench.fromHost(withBytes(hostClose(SESSION), (frame) => frame.bytes.fill(type, 1, 2)));
      }
      t.is(bench.card.counters.dropType, 5);
      t.is(bench.host.frames.length, 0);
    },
  },
  {
    title: "what finds no room at the host is counted, and the card goes on",
    run(t) {
      const bench = ready();
      bench.hostAccepts = false;
      bench.status();
      t.is(bench.card.counters.dropSendFull, 3);
      bench.fromHost(hostRequest(9, 1, 1));
      t.is(bench.card.counters.dropSendFull, 4);
      bench.ask(1);
      bench.answer(2, { requestId: newestId(bench) });
      t.is(bench.card.counters.dropSendFull, 5);
      bench.hostAccepts = true;
      bench.ask(1);
      t.deepEqual(
        bench.host.answers().map(({ tag, first }) => [tag, first]),
        [[1, 1n]],
        "the host repeats its request and gets the answer after all",
      );
    },
  },
];
