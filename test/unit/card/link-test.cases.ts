import { NEIGHBOUR_ID } from "../../../firmware/wire/constants.js";
import { ECHO_BACK, ECHO_CUT } from "../../../firmware/wire/echo-frames.js";
import {
  LINK_TEST_BEGUN,
  LINK_TEST_DONE,
  LINK_TEST_NO_MEMBER,
} from "../../../firmware/wire/link-test-frames.js";
import { CardBench, SESSION } from "../../support/card-bench.js";
import { hostEcho, hostLinkTest, hostOpen } from "../../support/host-frames.js";
import {
  answered,
  ask,
  asked,
  bench,
  LEAD_US,
  MAX_BAUDS,
  MBAUD,
  reply,
  SETTLE_US,
  silentCables,
  told,
} from "../../support/link-test-bench.js";
import { answersOf, started } from "../../support/started-fabric.js";
import type { UnitCase } from "../../support/unit-case.js";
import { TRIANGLE, USUAL_BAUD } from "../../support/virtual-fabric.js";

export const linkTestCases: readonly UnitCase[] = [
  {
    title: "both ends of a cable change their rate, echoes come back at it, and both go back by themselves",
    run(t) {
      const fabric = started(3, TRIANGLE);
      fabric.host(0).clear();
      fabric.fromHost(0, hostLinkTest(1, { tag: 9, baud: 3 * MBAUD, durationMs: 1_000 }));
      fabric.run(LEAD_US);
      // Who was asked, is first, by the time that its answer took.
      t.deepEqual([fabric.baudAt(0, 0), fabric.baudAt(1, 0)], [USUAL_BAUD, USUAL_BAUD]);
      fabric.run(200);
      t.deepEqual([fabric.baudAt(0, 0), fabric.baudAt(1, 0)], [3 * MBAUD, 3 * MBAUD]);
      t.deepEqual(
        fabric
          .host(0)
          .linkTests()
          .map((one) => ({ ...one })),
        [{ tag: 9, code: LINK_TEST_BEGUN, card: 1, configuredBaud: USUAL_BAUD, maxBaud: 3 * MBAUD }],
      );
      for (const place of [0, 1]) {
        fabric.fromHost(place, hostEcho(place + 1, { link: 0 }));
        fabric.run(200);
        t.deepEqual(fabric.host(place).echoes(), [[1, ECHO_BACK, 200]]);
      }
      fabric.run(1_000_000);
      t.deepEqual([fabric.baudAt(0, 0), fabric.baudAt(1, 0)], [USUAL_BAUD, 3 * MBAUD]);
      fabric.run(2 * LEAD_US);
      t.deepEqual([fabric.baudAt(0, 0), fabric.baudAt(1, 0)], [USUAL_BAUD, USUAL_BAUD]);
      fabric.run(SETTLE_US);
      t.deepEqual(
        fabric
          .host(0)
          .linkTests()
          .map(({ tag, code, card }) => [tag, code, card]),
        [
          [9, LINK_TEST_BEGUN, 1],
          [9, LINK_TEST_DONE, 1],
        ],
      );
      t.deepEqual(answersOf(fabric, 2, 1).length, 1);
      fabric.fromHost(0, hostEcho(1, { tag: 2, link: 0 }));
      fabric.run(200);
      t.deepEqual(fabric.host(0).echoes().at(-1), [2, ECHO_BACK, 200]);
    },
  },
  {
    title:
      "a card that loses its power amid a test starts at its own rate, and the other end goes back alone",
    run(t) {
      const fabric = started(3, TRIANGLE);
      fabric.fromHost(0, hostLinkTest(1, { durationMs: 500 }));
      fabric.run(100_000);
      fabric.kill(0);
      fabric.boot(0);
      t.deepEqual([fabric.baudAt(0, 0), fabric.baudAt(1, 0)], [USUAL_BAUD, MBAUD]);
      fabric.run(500_000);
      t.deepEqual([fabric.baudAt(0, 0), fabric.baudAt(1, 0)], [USUAL_BAUD, USUAL_BAUD]);
    },
  },
  {
    title: "numbers go on while a cable of a ring is under test, though nothing gets over it any more",
    run(t) {
      const fabric = started(3, TRIANGLE);
      fabric.fromHost(0, hostLinkTest(1, { durationMs: 1_000 }));
      fabric.run(100_000);
      // As where one end cannot hear the other at that rate.
      fabric.at(1).bauds.set(0, 3 * MBAUD);
      fabric.run(500_000);
      for (const place of [0, 1, 2]) t.is(answersOf(fabric, place, 5, 50_000).length, 1);
    },
  },
  {
    title: "the card asks over that cable alone, and changes the rate a little after the agreement",
    run(t) {
      const one = bench();
      ask(one, { tag: 7, link: 1, durationMs: 50 });
      const [question] = one.sent.linkTests();
      t.deepEqual(
        [question?.link, question?.to, { ...question?.fields }],
        [1, NEIGHBOUR_ID, { tag: 7, baud: MBAUD, durationMs: 50 }],
      );
      one.advance(1_000);
      reply(one, 3, { tag: 7 });
      t.deepEqual(one.bauds, []);
      one.advance(1_000_000);
      const begin = 1_000 + LEAD_US;
      t.deepEqual(one.bauds, [
        [1, MBAUD, begin],
        [1, USUAL_BAUD, begin + 50_000],
      ]);
      t.deepEqual(told(one), [
        [7, LINK_TEST_BEGUN, 1],
        [7, LINK_TEST_DONE, 1],
      ]);
      // The lower limit is this board's; it would be the other's too.
      t.deepEqual(
        one.host.linkTests().map(({ maxBaud }) => maxBaud),
        [3 * MBAUD, 3 * MBAUD],
      );
    },
  },
  {
    title: "a card that is asked answers at once, and keeps the rate a little longer",
    run(t) {
      const one = bench();
      asked(one, 2, { durationMs: 50 });
      const [answer] = one.sent.linkTestReplies();
      t.deepEqual([answer?.link, answer?.to], [0, NEIGHBOUR_ID]);
      t.deepEqual(
        { ...answer?.fields },
        { tag: 1, code: LINK_TEST_BEGUN, configuredBaud: USUAL_BAUD, maxBaud: 3 * MBAUD },
      );
      one.advance(1_000_000);
      t.deepEqual(one.bauds, [
        [0, MBAUD, LEAD_US],
        [0, USUAL_BAUD, LEAD_US + 50_000 + 2 * LEAD_US],
      ]);
      t.deepEqual(told(one), []);
    },
  },
  {
    title: "with no duration the limits are told, and nothing is changed",
    run(t) {
      const one = bench();
      ask(one, { baud: 0, durationMs: 0 });
      reply(one, 2, { code: LINK_TEST_DONE, maxBaud: 2_500_000 });
      asked(one, 3, { baud: 0, durationMs: 0 });
      one.advance(1_000_000);
      t.deepEqual(
        one.host.linkTests().map((result) => ({ ...result })),
        [{ tag: 1, code: LINK_TEST_DONE, card: 2, configuredBaud: USUAL_BAUD, maxBaud: 2_500_000 }],
      );
      t.deepEqual(answered(one), [LINK_TEST_DONE]);
      t.deepEqual(one.bauds, []);
      // An agreement to what was not asked for is none.
      ask(one, { baud: 0, durationMs: 0 });
      reply(one, 2);
      one.advance(1_000_000);
      t.deepEqual(one.bauds, []);
      t.deepEqual(told(one).at(-1), [1, LINK_TEST_BEGUN, 2]);
    },
  },
  {
    title: "what the host is told bears the host's header, also behind a question to the other end",
    run(t) {
      const one = bench();
      for (const tag of [1, 2]) {
        ask(one, { tag, durationMs: 0 });
        reply(one, 2, { tag, code: LINK_TEST_DONE });
      }
      t.deepEqual(
        told(one).map(([tag]) => tag),
        [1, 2],
      );
    },
  },
  {
    title: "a session that ends is told nothing, nor is the next one, and the cable goes back all the same",
    run(t) {
      const one = bench();
      ask(one, { durationMs: 50 });
      reply(one, 2);
      one.advance(LEAD_US);
      t.is(told(one).length, 1);
      one.fromHost(hostOpen(SESSION + 1));
      one.advance(1_000_000);
      t.is(told(one).length, 1);
      t.deepEqual(one.bauds.at(-1), [0, USUAL_BAUD, LEAD_US + 50_000]);
    },
  },
  {
    title: "a card that is no member tests nothing; one that is removed amid a test goes back",
    run(t) {
      const blank = new CardBench({ uninitialised: true, maxBauds: MAX_BAUDS });
      ask(blank);
      t.deepEqual(told(blank), [[1, LINK_TEST_NO_MEMBER, 0]]);
      const one = bench({ cardId: 3 });
      asked(one, 1, { durationMs: 50 });
      one.advance(LEAD_US);
      const list = [
        [1, 1],
        [2, 1],
      ] as const;
      one.accept({ view: 0x201, primary: 1, secondary: 2, list });
      one.advance(1_000_000);
      t.deepEqual(
        one.bauds.map(([, baud]) => baud),
        [MBAUD, USUAL_BAUD],
      );
    },
  },
  {
    title:
      "echoes that are under way where the rate changes are told as cut, and none goes out until both ends agree",
    run(t) {
      const one = bench();
      const echo = (tag: number, link = 0): void => {
        one.fromHost(hostEcho(SESSION, { tag, link, waitMs: 5_000 }));
        one.advance(0);
      };
      echo(1);
      echo(2, 1);
      ask(one, { durationMs: 50 });
      reply(one, 2);
      t.deepEqual(one.host.echoes(), [[1, ECHO_CUT, 0]]);
      echo(3);
      t.deepEqual(one.host.echoes().at(-1), [3, ECHO_CUT, 0]);
      one.advance(LEAD_US);
      echo(4);
      t.is(one.host.echoes().length, 2);
      one.advance(50_000);
      t.deepEqual(one.host.echoes().at(-1), [4, ECHO_CUT, 0]);
      echo(5);
      t.deepEqual(one.host.echoes().at(-1), [5, ECHO_CUT, 0]);
      one.advance(SETTLE_US);
      echo(6);
      t.is(one.host.echoes().length, 4);
    },
  },
  {
    title: "echoes of the end that was asked are cut too",
    run(t) {
      const one = bench();
      asked(one, 2, { durationMs: 50 });
      one.advance(LEAD_US);
      one.fromHost(hostEcho(SESSION, { waitMs: 5_000 }));
      one.advance(50_000);
      t.deepEqual(one.host.echoes(), []);
      one.advance(2 * LEAD_US);
      t.deepEqual(one.host.echoes(), [[1, ECHO_CUT, 0]]);
    },
  },
  {
    title:
      "while a cable is under test no hello goes out there and none counts, and it is one of all again behind it",
    run(t) {
      const one = bench();
      asked(one, 2, { durationMs: 100 });
      one.sent.clear();
      one.advance(100_000);
      t.true(one.sent.hellos().every(({ link }) => link === 1));
      t.is(silentCables(one), 1);
      one.advance(100_000);
      t.true(one.sent.hellos().some(({ link }) => link === 0));
      t.is(silentCables(one), 0);
    },
  },
];
