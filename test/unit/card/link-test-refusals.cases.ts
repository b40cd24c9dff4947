import { NEIGHBOUR_ID } from "../../../firmware/wire/constants.js";
import { FRAME_LINK_TEST, FRAME_LINK_TEST_REPLY } from "../../../firmware/wire/frame-types.js";
import {
  LINK_TEST_BAD_BAUD,
  LINK_TEST_BAD_DURATION,
  LINK_TEST_BEGUN,
  LINK_TEST_BUSY,
  LINK_TEST_DONE,
  LINK_TEST_FIXED,
  LINK_TEST_NO_CABLE,
  LINK_TEST_NO_REPLY,
  LINK_TEST_RESTS,
  type LinkTestFields,
} from "../../../firmware/wire/link-test-frames.js";
import { CardBench, SESSION } from "../../support/card-bench.js";
import { hostLinkTest, hostTrunkOpen } from "../../support/host-frames.js";
import {
  answered,
  ask,
  asked,
  bench,
  counter,
  LEAD_US,
  MBAUD,
  REPLY_US,
  reply,
  silentCables,
  told,
} from "../../support/link-test-bench.js";
import type { UnitCase } from "../../support/unit-case.js";

export const linkTestRefusalCases: readonly UnitCase[] = [
  {
    title: "what the other end refuses is told as its word, and nothing is changed",
    run(t) {
      const one = bench();
      ask(one);
      reply(one, 2, { code: LINK_TEST_FIXED, configuredBaud: 0, maxBaud: 0 });
      one.advance(1_000_000);
      t.deepEqual(told(one), [[1, LINK_TEST_FIXED, 2]]);
      t.deepEqual(one.bauds, []);
    },
  },
  {
    title: "an end that does not answer is told, and a late agreement changes nothing",
    run(t) {
      const one = bench();
      ask(one);
      one.advance(REPLY_US - 1);
      t.deepEqual(told(one), []);
      one.advance(1);
      t.deepEqual(told(one), [[1, LINK_TEST_NO_REPLY, 1]]);
      reply(one, 2);
      one.advance(1_000_000);
      t.deepEqual(one.bauds, []);
      t.is(counter(one, "dropRole"), 1);
    },
  },
  {
    title: "an agreement over another cable, or to another test, is none",
    run(t) {
      const one = bench();
      ask(one);
      reply(one, 3);
      reply(one, 2, { tag: 2 });
      t.is(counter(one, "dropRole"), 2);
      reply(one, 2);
      one.advance(LEAD_US);
      t.deepEqual(told(one), [[1, LINK_TEST_BEGUN, 1]]);
    },
  },
  {
    title: "what cannot be is refused to host and neighbour alike",
    run(t) {
      const bad: [Partial<LinkTestFields>, number][] = [
        [{ baud: 3 * MBAUD + 1 }, LINK_TEST_BAD_BAUD],
        [{ baud: 9_599 }, LINK_TEST_BAD_BAUD],
        [{ durationMs: 2_001 }, LINK_TEST_BAD_DURATION],
      ];
      const one = bench();
      for (const [fields] of bad) {
        ask(one, fields);
        asked(one, 2, fields);
      }
      t.deepEqual(
        told(one),
        bad.map(([, code]) => [1, code, 1]),
      );
      t.deepEqual(
        answered(one),
        bad.map(([, code]) => code),
      );
      t.deepEqual(one.sent.linkTests(), []);
      ask(one, { baud: 9_600, durationMs: 2_000 });
      t.is(one.sent.linkTests().length, 1);
    },
  },
  {
    title: "no cable whose rate the board cannot change, no trunk, and none that is not there",
    run(t) {
      const fixed = bench({ maxBauds: [0, 3 * MBAUD] });
      ask(fixed);
      asked(fixed, 2);
      t.deepEqual(told(fixed), [[1, LINK_TEST_FIXED, 1]]);
      t.deepEqual(answered(fixed), [LINK_TEST_FIXED]);
      const old = new CardBench();
      ask(old);
      asked(old, 2);
      t.deepEqual(told(old), [[1, LINK_TEST_FIXED, 1]]);
      t.deepEqual(
        { ...old.sent.linkTestReplies()[0]?.fields },
        { tag: 1, code: LINK_TEST_FIXED, configuredBaud: 0, maxBaud: 0 },
      );
      const one = bench();
      one.fromHost(hostTrunkOpen(SESSION));
      ask(one, { link: 2 });
      t.deepEqual(told(one), [[1, LINK_TEST_NO_CABLE, 1]]);
      asked(one, 2, {}, { link: 2 });
      t.deepEqual(answered(one), []);
      t.is(counter(one, "dropRole"), 1);
    },
  },
  {
    title: "one cable at a time, from the question to the end",
    run(t) {
      const one = bench();
      ask(one, { durationMs: 50 });
      ask(one, { tag: 2, link: 1 });
      asked(one, 3);
      reply(one, 2);
      for (const us of [5_000, 30_000, 35_000]) {
        one.advance(us);
        ask(one, { tag: 3, link: 1 });
        asked(one, 3);
      }
      t.deepEqual(
        told(one).filter(([tag]) => tag !== 1),
        [
          [2, LINK_TEST_BUSY, 1],
          [3, LINK_TEST_BUSY, 1],
          [3, LINK_TEST_BUSY, 1],
          [3, LINK_TEST_BUSY, 1],
        ],
      );
      t.deepEqual(answered(one), [LINK_TEST_BUSY, LINK_TEST_BUSY, LINK_TEST_BUSY, LINK_TEST_BUSY]);
      t.true(one.bauds.every(([link]) => link === 0));
      one.advance(1_000_000);
      t.deepEqual(told(one).at(-1), [1, LINK_TEST_DONE, 1]);
      asked(one, 3);
      t.deepEqual(answered(one).at(-1), LINK_TEST_BEGUN);
    },
  },
  {
    title:
      "what other cards may ask for is two minutes at once, and then a tenth of the time; a card's own host may go on",
    run(t) {
      const one = bench();
      let taken = 0;
      // Of a card without that bound it would never end.
      for (; taken < 100; taken += 1) {
        asked(one, 2, { durationMs: 2_000 });
        if (answered(one).at(-1) !== LINK_TEST_BEGUN) break;
        one.advance(2_200_000);
      }
      t.is(answered(one).at(-1), LINK_TEST_RESTS);
      // 1,200 s over what of the twenty seconds that each one costs has not passed with it.
      t.is(taken, 68);
      asked(one, 2, { durationMs: 0 });
      t.is(answered(one).at(-1), LINK_TEST_DONE);
      ask(one);
      one.advance(REPLY_US);
      t.deepEqual(told(one), [[1, LINK_TEST_NO_REPLY, 1]]);
      one.advance(20_000_000);
      asked(one, 3, { durationMs: 2_000 });
      t.is(answered(one).at(-1), LINK_TEST_BEGUN);
      one.advance(2_200_000);
      asked(one, 3, { durationMs: 2_000 });
      t.is(answered(one).at(-1), LINK_TEST_RESTS);
    },
  },
  {
    title: "an agreement that finds no room in the send buffer is none",
    run(t) {
      const one = bench();
      one.accepts = false;
      asked(one, 2);
      one.accepts = true;
      one.advance(1_000_000);
      t.deepEqual(one.bauds, []);
      t.is(silentCables(one), 0);
    },
  },
  {
    title: "frames of a wrong length are dropped",
    run(t) {
      const one = bench();
      for (const type of [FRAME_LINK_TEST, FRAME_LINK_TEST_REPLY]) {
        one.receive(
          2,
          type,
          (frame) => {
            frame.length = 14;
          },
          { destination: NEIGHBOUR_ID },
        );
      }
      const question = hostLinkTest(SESSION);
      question.length -= 1;
      one.fromHost(question);
      t.is(counter(one, "dropLength"), 3);
      t.deepEqual(answered(one), []);
      t.deepEqual(told(one), []);
    },
  },
];
