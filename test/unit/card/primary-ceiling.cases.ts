import { PersistentState } from "../../../firmware/card/persistent-state.js";
import { DEFAULT_WINDOW, MAX_BLOCK_COUNT, MAX_WAITING_REQUESTS } from "../../../firmware/wire/constants.js";
import {
  REFUSE_BUSY,
  REFUSE_EXHAUSTED,
  REFUSE_NO_LEASE,
  REFUSE_STORAGE,
} from "../../../firmware/wire/frame-types.js";
import { CARD_FLAG_STORAGE_FAILED, INIT_DONE } from "../../../firmware/wire/host-setup-frames.js";
import { CardBench } from "../../support/card-bench.js";
import { FailingRecordStore } from "../../support/failing-record-store.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import { firstsAssigned, leasedPrimary, refusalsSent } from "../../support/leased-primary.js";
import type { UnitCase } from "../../support/unit-case.js";

const WINDOW = BigInt(DEFAULT_WINDOW);
/** Five members of one vote each. */
const FIVE = [1, 2, 3, 4, 5].map((card) => [card, 1] as const);

/** Where the bench's primary has nothing left: its quorum's ceiling is reached, and no new one is acknowledged. */
function atCeiling(): CardBench {
  const bench = leasedPrimary();
  bench.request(3, 1000, 32_768);
  bench.request(3, 1001, 32_768);
  return bench;
}

export const primaryCeilingCases: readonly UnitCase[] = [
  {
    title: "asks for the next window when half of this one is used, and before anybody has to wait",
    run(t) {
      const bench = leasedPrimary({ first: 1n });
      const { counters } = bench.card;
      t.is(counters.ceilingWrites, 1);
      bench.sent.clear();
      bench.request(3, 1, 32_768);
      t.deepEqual([counters.ceilingWrites, bench.sent.beacons().length], [1, 0], "half is left");
      bench.request(3, 2, 1);
      t.is(counters.ceilingWrites, 2);
      t.deepEqual(
        bench.sent.beacons().map(({ to, fields }) => [to, toBigInt(fields.ceiling)]),
        [
          [2, 32_770n + 2n * WINDOW],
          [3, 32_770n + 2n * WINDOW],
        ],
        "at once, not with the next beacon",
      );
      const inFlash = new PersistentState(bench.storage);
      inFlash.load();
      t.is(toBigInt(inFlash.ceiling), 32_770n + 2n * WINDOW, "its own flash has it first");
      t.deepEqual([bench.sent.beacons()[0]?.fields.windowLog2, inFlash.ceiling.windowLog2], [17, 17]);
      bench.request(3, 3, 1);
      t.deepEqual([counters.ceilingWrites, counters.requestsWaited], [2, 0]);
    },
  },
  {
    title:
      "no number at or above the ceiling that a quorum has: requests wait, and are served in order when it comes",
    run(t) {
      const bench = atCeiling();
      t.deepEqual(firstsAssigned(bench), [1n, 32_769n], "up to the last number below the ceiling");
      bench.request(3, 1002, 2);
      bench.request(2, 2000, 1);
      bench.request(3, 1003, 3);
      bench.request(3, 1002, 2);
      bench.request(3, 1002, 2);
      t.is(bench.sent.stores().length, 2);
      t.deepEqual(refusalsSent(bench), []);
      t.is(bench.card.counters.requestsWaited, 3, "a retry does not wait twice");
      bench.ack(3);
      t.deepEqual(
        bench.sent
          .stores()
          .slice(2)
          .map(({ fields }) => [fields.originator, fields.requestId, toBigInt(fields.first), fields.count]),
        [
          [3, 1002, 65_537n, 2],
          [2, 2000, 65_539n, 1],
          [3, 1003, 65_540n, 3],
        ],
      );
      bench.request(2, 2001);
      t.is(bench.sent.stores().length, 6, "nobody waits any more");
    },
  },
  {
    title: "a small request does not overtake one that waits",
    run(t) {
      const bench = leasedPrimary();
      bench.request(3, 1, 32_768);
      bench.request(3, 2, 20_000);
      bench.request(3, 3, 32_768);
      bench.request(2, 4, 1);
      t.deepEqual(firstsAssigned(bench), [1n, 32_769n]);
      bench.ack(2);
      t.deepEqual(firstsAssigned(bench), [1n, 32_769n, 52_769n, 85_537n]);
    },
  },
  {
    title:
      "the primary's own ceiling is one card's, and so is the secondary's: in a fabric of five three are needed",
    run(t) {
      const bench = leasedPrimary({ members: FIVE }, [2, 3, 4, 5]);
      bench.request(3, 1, 32_768);
      bench.request(3, 2, 32_768);
      bench.request(3, 3, 1);
      t.is(bench.sent.stores().length, 2);
      bench.ack(2);
      t.is(bench.sent.stores().length, 2, "two of five have the new one");
      bench.ack(2);
      bench.ack(3, { ceiling: 1n + WINDOW });
      t.is(bench.sent.stores().length, 2, "the third has only the old one");
      bench.ack(4);
      t.deepEqual(firstsAssigned(bench), [1n, 32_769n, 65_537n]);
    },
  },
  {
    title: "a lost acknowledgement of a ceiling is asked for again with each beacon",
    run(t) {
      const bench = atCeiling();
      bench.request(3, 1002);
      bench.sent.clear();
      bench.advance(10_000);
      t.deepEqual(
        bench.sent.beacons().map(({ fields }) => toBigInt(fields.ceiling)),
        [65_537n + 2n * WINDOW, 65_537n + 2n * WINDOW],
      );
      bench.ack(2);
      t.deepEqual(firstsAssigned(bench), [65_537n]);
    },
  },
  {
    title: "the queue is bounded: what finds it full is refused as busy",
    run(t) {
      const bench = atCeiling();
      for (let id = 0; id < MAX_WAITING_REQUESTS; id += 1) bench.request(2, id);
      t.deepEqual(refusalsSent(bench), []);
      bench.request(3, 1002);
      bench.request(2, 5);
      t.deepEqual(refusalsSent(bench), [[3, 1002, REFUSE_BUSY]], "one that waits already is not refused");
      t.is(bench.card.counters.requestsWaited, MAX_WAITING_REQUESTS);
      bench.ack(2);
      t.is(bench.sent.stores().length, 2 + MAX_WAITING_REQUESTS);
    },
  },
  {
    title: "where the lease ends, those that wait are told so",
    run(t) {
      const bench = atCeiling();
      bench.request(3, 1002);
      bench.request(2, 2000);
      bench.advance(100_000);
      t.deepEqual(refusalsSent(bench), [
        [3, 1002, REFUSE_NO_LEASE],
        [2, 2000, REFUSE_NO_LEASE],
      ]);
      t.is(bench.sent.stores().length, 2);
    },
  },
  {
    title: "up to the last number, 2^63-1; then it is exhausted, and stays so",
    run(t) {
      const bench = leasedPrimary({ first: 2n ** 63n - 5n });
      t.is(toBigInt(bench.sent.beacons()[0]?.fields.ceiling ?? uint64(0n)), 2n ** 63n);
      bench.request(3, 1, 3);
      bench.request(3, 2, 3);
      bench.request(3, 3, 2);
      bench.request(3, 4, 1);
      bench.request(3, 5, MAX_BLOCK_COUNT);
      t.deepEqual(firstsAssigned(bench), [2n ** 63n - 5n, 2n ** 63n - 2n]);
      t.deepEqual(refusalsSent(bench), [
        [3, 2, REFUSE_EXHAUSTED],
        [3, 4, REFUSE_EXHAUSTED],
        [3, 5, REFUSE_EXHAUSTED],
      ]);
      for (let beacon = 0; beacon < 20; beacon += 1) {
        bench.advance(10_000);
        bench.ack(2);
      }
      bench.request(3, 6);
      t.is(refusalsSent(bench).at(-1)?.[2], REFUSE_EXHAUSTED);
      t.is(bench.card.counters.ceilingWrites, 1, "and it does not write for ever");
      t.is(toBigInt(bench.status().status().held), 2n ** 63n);
    },
  },
  {
    title:
      "one who waits for more numbers than are left is refused when the ceiling comes, and those behind are served",
    run(t) {
      const bench = leasedPrimary({ first: 2n ** 63n - 1n - WINDOW - 100n });
      bench.request(3, 1, 32_768);
      bench.request(3, 2, 32_768);
      bench.request(3, 3, 90);
      bench.request(3, 4, 90);
      bench.request(2, 5, 11);
      t.is(bench.sent.stores().length, 2);
      bench.ack(2);
      t.deepEqual(refusalsSent(bench), [[3, 4, REFUSE_EXHAUSTED]]);
      t.deepEqual(firstsAssigned(bench).slice(2), [2n ** 63n - 101n, 2n ** 63n - 11n]);
    },
  },
  {
    title: "a flash that does not take the new ceiling: the number before stands, and nothing more is said",
    run(t) {
      const bench = leasedPrimary();
      bench.request(3, 1, 32_768);
      bench.storage.writesLeft = 0;
      bench.sent.clear();
      bench.request(3, 2, 5);
      t.deepEqual(firstsAssigned(bench), [32_769n]);
      bench.request(3, 3, 1);
      bench.ack(2);
      bench.ask(1);
      bench.advance(500_000);
      t.deepEqual(bench.host.refusals(), [{ tag: 1, code: REFUSE_STORAGE }]);
      t.is(bench.sent.frames.length, 1, "the STORE and nothing else");
      const { flags, state } = bench.status().status();
      t.deepEqual([flags, state], [CARD_FLAG_STORAGE_FAILED, REFUSE_STORAGE]);
    },
  },
  {
    title: "a flash that fails while requests wait: none of them is told anything",
    run(t) {
      const bench = atCeiling();
      bench.request(3, 1002, 32_768);
      bench.request(2, 2000, 32_768);
      bench.request(2, 2001, 32_768);
      bench.request(2, 2002, 32_768);
      bench.request(2, 2003, 1);
      bench.storage.writesLeft = 0;
      bench.ack(2);
      t.deepEqual(
        firstsAssigned(bench).slice(2),
        [65_537n, 98_305n, 131_073n],
        "behind the third a new ceiling was needed",
      );
      t.deepEqual(refusalsSent(bench), []);
    },
  },
  {
    title: "a flash that fails at the first ceiling: not one beacon",
    run(t) {
      const storage = new FailingRecordStore();
      storage.writesLeft = 1;
      const bench = new CardBench({ storage });
      t.deepEqual(bench.host.initResults(), [INIT_DONE]);
      bench.advance(300_000);
      t.is(bench.sent.beacons().length, 0);
      t.is(bench.host.viewStates().at(-1), REFUSE_STORAGE);
    },
  },
];
