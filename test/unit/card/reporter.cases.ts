import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import {
  FRAME_HOST_VIEW,
  REFUSE_BLANK,
  REFUSE_JOINING,
  REFUSE_NO_LEASE,
  REFUSE_NO_SECONDARY,
  REFUSE_NO_VIEW,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import { CardBench, SESSION } from "../../support/card-bench.js";
import { hostClose, hostOpen } from "../../support/host-frames.js";
import type { UnitCase } from "../../support/unit-case.js";

const HIGHER = 0x203;

/** Lets the secondary of the bench store up to below `end`. */
function storeUpTo(bench: CardBench, end: bigint): void {
  bench.store(1, { first: end - 1n, originator: 3, requestId: Number(end % 1000n) });
}

export const reporterCases: readonly UnitCase[] = [
  {
    title: "tells the view at each change, and not otherwise",
    run(t) {
      const bench = new CardBench({ cardId: 3, first: 50n });
      t.deepEqual(bench.host.viewStates(), [REFUSE_BLANK, REFUSE_JOINING, REFUSE_NO_VIEW]);
      bench.host.clear();
      bench.beacon({ sequence: 1 });
      t.deepEqual(bench.host.viewStates(), [STATE_READY]);
      const told = bench.host.views()[0];
      t.deepEqual([told?.view, told?.primary, told?.secondary, told?.base.low], [0x101, 1, 2, 50]);
      for (let sequence = 2; sequence < 20; sequence += 1) {
        bench.advance(10_000);
        bench.beacon({ sequence });
      }
      bench.ask(1);
      bench.status();
      t.is(bench.host.views().length, 1);
      bench.beacon({ sequence: 20, state: REFUSE_NO_SECONDARY });
      bench.beacon({ sequence: 21, state: REFUSE_NO_SECONDARY });
      bench.beacon({ view: HIGHER, from: 2, secondary: 3, base: 51n, state: REFUSE_NO_SECONDARY });
      bench.beacon({ view: HIGHER, from: 2, secondary: 3, base: 51n });
      bench.advance(100_000);
      t.deepEqual(
        bench.host.views().map(({ view, state }) => [view, state]),
        [
          [0x101, STATE_READY],
          [0x101, REFUSE_NO_SECONDARY],
          [HIGHER, REFUSE_NO_VIEW],
          [HIGHER, REFUSE_NO_SECONDARY],
          [HIGHER, STATE_READY],
          [HIGHER, REFUSE_NO_VIEW],
        ],
      );
    },
  },
  {
    title: "a primary tells of itself: no lease, then ready, then no lease again",
    run(t) {
      const bench = new CardBench();
      bench.advance(10_000);
      bench.ack(2);
      bench.advance(DEFAULT_TIMING.leaseUs + DEFAULT_TIMING.beaconUs);
      t.deepEqual(bench.host.viewStates(), [
        REFUSE_BLANK,
        REFUSE_JOINING,
        REFUSE_NO_LEASE,
        STATE_READY,
        REFUSE_NO_LEASE,
      ]);
    },
  },
  {
    title: "each session is told anew, under its own number; with none open nothing is said",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon();
      bench.fromHost(hostClose(SESSION));
      bench.host.clear();
      bench.advance(200_000);
      t.is(bench.host.frames.length, 0);
      bench.fromHost(hostOpen(77));
      t.deepEqual(bench.host.viewStates(), [REFUSE_NO_VIEW]);
      t.deepEqual(bench.host.sessions(FRAME_HOST_VIEW), [77]);
    },
  },
  {
    title: "a view that found no room is told as soon as there is some",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.host.clear();
      bench.hostAccepts = false;
      bench.beacon({ sequence: 1 });
      t.is(bench.card.counters.dropSendFull, 1);
      bench.hostAccepts = true;
      bench.beacon({ sequence: 2 });
      bench.beacon({ sequence: 3 });
      t.deepEqual(bench.host.viewStates(), [STATE_READY]);
    },
  },
  {
    title: "the mirror: the first number held at once, then one report a millisecond with the newest",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.beacon();
      bench.advance(5000);
      storeUpTo(bench, 11n);
      t.deepEqual(bench.host.mirrors(), [{ atUs: 5000, view: 0x101, held: 11n }]);
      bench.advance(100);
      storeUpTo(bench, 12n);
      storeUpTo(bench, 13n);
      bench.advance(899);
      t.is(bench.host.mirrors().length, 1);
      bench.advance(1);
      t.deepEqual(bench.host.mirrors().slice(1), [{ atUs: 6000, view: 0x101, held: 13n }]);
      bench.advance(50_000);
      t.is(bench.host.mirrors().length, 2, "nothing new, nothing told");
      storeUpTo(bench, 14n);
      t.is(bench.host.mirrors().length, 3, "behind a pause at once again");
    },
  },
  {
    title: "under load the host gets no more than one mirror a millisecond",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.beacon();
      for (let end = 2n; end < 1002n; end += 1n) {
        storeUpTo(bench, end);
        bench.advance(10);
      }
      bench.advance(1000);
      t.is(bench.host.mirrors().length, 11);
      t.is(bench.host.mirrors().at(-1)?.held, 1001n);
    },
  },
  {
    title: "a number that arrives late does not lower the mirror",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.beacon();
      storeUpTo(bench, 500n);
      bench.advance(2000);
      storeUpTo(bench, 400n);
      bench.advance(2000);
      t.deepEqual(
        bench.host.mirrors().map(({ held }) => held),
        [500n],
      );
    },
  },
  {
    title: "a new session gets the newest number held, within a millisecond",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.beacon();
      storeUpTo(bench, 500n);
      bench.fromHost(hostClose(SESSION));
      storeUpTo(bench, 600n);
      bench.host.clear();
      bench.fromHost(hostOpen(5));
      bench.advance(1000);
      t.deepEqual(
        bench.host.mirrors().map(({ held }) => held),
        [600n],
      );
      bench.fromHost(hostOpen(6));
      bench.advance(1000);
      t.is(bench.host.mirrors().length, 2);
    },
  },
  {
    title: "a mirror that is due when nobody listens any more waits for the next session, and wakes nobody",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.beacon();
      storeUpTo(bench, 5n);
      storeUpTo(bench, 6n);
      bench.fromHost(hostClose(SESSION));
      bench.host.clear();
      bench.advance(2 * DEFAULT_TIMING.mirrorUs);
      storeUpTo(bench, 7n);
      bench.advance(2 * DEFAULT_TIMING.mirrorUs);
      t.deepEqual(bench.host.mirrors(), []);
      bench.fromHost(hostOpen(SESSION + 1));
      t.deepEqual(
        bench.host.mirrors().map(({ held }) => held),
        [7n],
      );
    },
  },
  {
    title: "a number held is told with the view in which it was held, though a newer one has begun",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.beacon();
      storeUpTo(bench, 500n);
      bench.beacon({ view: HIGHER, from: 3, secondary: 1, base: 900n });
      bench.fromHost(hostOpen(5));
      bench.advance(1000);
      t.deepEqual(
        bench.host.mirrors().map(({ view, held }) => [view, held]),
        [
          [0x101, 500n],
          [0x101, 500n],
        ],
      );
    },
  },
  {
    title: "a card that holds nothing mirrors nothing",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon();
      bench.fromHost(hostOpen(5));
      bench.advance(10_000);
      t.deepEqual(bench.host.mirrors(), []);
    },
  },
  {
    title: "the primary mirrors what it has assigned, exactly beyond 2^53",
    run(t) {
      const bench = new CardBench({ first: 2n ** 53n + 1n });
      bench.advance(10_000);
      bench.ack(2);
      bench.ask(1, 2);
      t.deepEqual(bench.host.mirrors(), [{ atUs: 10_000, view: 0x101, held: 2n ** 53n + 3n }]);
    },
  },
  {
    title: "a number held in a view that does not fit 32 bits is told with all of it",
    run(t) {
      for (const view of [0x8000_0001, 0xff_8000_0301]) {
        const bench = new CardBench({ cardId: 2 });
        bench.beacon({ view, from: 1, secondary: 2, base: 2n ** 40n, ceiling: 2n ** 40n + 65_536n });
        bench.store(1, { view, first: 2n ** 40n, originator: 3, count: 7 });
        const mirror = bench.host.mirrors().at(-1);
        t.deepEqual([mirror?.view, mirror?.held], [view, 2n ** 40n + 7n]);
      }
    },
  },
];
