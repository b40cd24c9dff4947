import { PersistentState } from "../../../firmware/card/persistent-state.js";
import {
  DEFAULT_TIMING,
  DEFAULT_WINDOW,
  MAX_BLOCK_COUNT,
  MAX_WAITING_REQUESTS,
} from "../../../firmware/wire/constants.js";
import {
  FRAME_BEACON_ACK,
  FRAME_REQUEST,
  REFUSE_BUSY,
  REFUSE_COLD,
  REFUSE_COUNT,
  REFUSE_EXHAUSTED,
  REFUSE_NO_LEASE,
  REFUSE_NO_SECONDARY,
  REFUSE_NOT_PRIMARY,
  REFUSE_STORAGE,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import {
  CARD_FLAG_COLD,
  CARD_FLAG_LEASE,
  CARD_FLAG_STORAGE_FAILED,
  INIT_DONE,
} from "../../../firmware/wire/host-setup-frames.js";
import { ACK_FLAG_COLD, type BeaconFields } from "../../../firmware/wire/lease-frames.js";
import { CardBench, type CardBenchOptions } from "../../support/card-bench.js";
import { FailingRecordStore } from "../../support/failing-record-store.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import type { Sent } from "../../support/link-log.js";
import type { UnitCase } from "../../support/unit-case.js";

const GRANT_US = DEFAULT_TIMING.leaseUs - DEFAULT_TIMING.leaseMarginUs;
const WINDOW = BigInt(DEFAULT_WINDOW);
const FIVE = [
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 1],
  [5, 1],
] as const;

/** A primary, card 1, that has its lease: `acking` have acknowledged its beacon of 10 ms. */
function ready(options: CardBenchOptions = {}, acking: readonly number[] = [2, 3]): CardBench {
  const bench = new CardBench(options);
  bench.advance(DEFAULT_TIMING.beaconUs);
  for (const card of acking) bench.ack(card);
  return bench;
}

function firsts(bench: CardBench): bigint[] {
  return bench.sent.stores().map(({ fields }) => toBigInt(fields.first));
}

function refusalsSent(bench: CardBench): number[][] {
  return bench.sent.refusals().map(({ to, fields }) => [to, fields.requestId, fields.code]);
}

/** Where the bench's primary has nothing left: its quorum's ceiling is reached, and no new one is acknowledged. */
function atCeiling(): CardBench {
  const bench = ready();
  bench.request(3, 1000, 32_768);
  bench.request(3, 1001, 32_768);
  return bench;
}

export const primaryCases: readonly UnitCase[] = [
  {
    title: "sends a beacon to each other member every 10 ms, with all of its view and one sequence",
    run(t) {
      const bench = new CardBench({ first: 500n });
      bench.advance(30_000);
      const beacons = bench.sent.beacons();
      t.deepEqual(
        beacons.map(({ atUs, to }) => [atUs, to]),
        [
          [10_000, 2],
          [10_000, 3],
          [20_000, 2],
          [20_000, 3],
          [30_000, 2],
          [30_000, 3],
        ],
      );
      const { fields } = beacons[0] as Sent<BeaconFields>;
      t.deepEqual([fields.view, fields.primary, fields.secondary], [0x101, 1, 2]);
      t.deepEqual([toBigInt(fields.base), toBigInt(fields.ceiling)], [500n, 500n + WINDOW]);
      t.is(fields.state, REFUSE_NO_LEASE);
      const sequences = beacons.map((beacon) => beacon.fields.sequence - fields.sequence);
      t.deepEqual(sequences, [0, 0, 1, 1, 2, 2]);
      t.is(bench.card.counters.beaconsSent, 4, "the first found no way: nobody had said hello");
    },
  },
  {
    title: "assigns block behind block, each to the secondary and to nobody else",
    run(t) {
      const bench = ready({ first: 2n ** 53n - 1n });
      bench.request(3, 70, 1);
      bench.request(2, 80, 500);
      bench.request(3, 71, 1);
      t.deepEqual(
        bench.sent.stores().map(({ to, fields }) => {
          const { view, originator, requestId, first, count } = fields;
          return [to, view, originator, requestId, toBigInt(first), count];
        }),
        [
          [2, 0x101, 3, 70, 2n ** 53n - 1n, 1],
          [2, 0x101, 2, 80, 2n ** 53n, 500],
          [2, 0x101, 3, 71, 2n ** 53n + 500n, 1],
        ],
      );
      t.is(bench.sent.answers().length, 0);
      t.is(bench.card.counters.numbersAssigned, 502);
    },
  },
  {
    title: "carries over 2^32 exactly",
    run(t) {
      const bench = ready({ first: 2n ** 32n - 3n });
      for (let id = 0; id < 3; id += 1) bench.request(3, id, 2);
      t.deepEqual(firsts(bench), [2n ** 32n - 3n, 2n ** 32n - 1n, 2n ** 32n + 1n]);
    },
  },
  {
    title: "the lease ends to the microsecond, counted from when the beacon was sent; then it refuses",
    run(t) {
      const bench = ready({}, []);
      bench.advance(3000);
      bench.ack(2);
      bench.ack(3);
      const sentUs = DEFAULT_TIMING.beaconUs;
      bench.advance(sentUs + GRANT_US - 1 - bench.nowUs);
      bench.request(3, 1);
      t.is(bench.sent.stores().length, 1);
      t.is(bench.status().status().leaseLeftUs, 1);
      t.is(bench.status().status().flags, CARD_FLAG_LEASE);
      bench.advance(1);
      bench.request(3, 2);
      t.is(bench.sent.stores().length, 1);
      t.deepEqual(refusalsSent(bench), [[3, 2, REFUSE_NO_LEASE]]);
      t.is(bench.status().status().leaseLeftUs, 0);
      t.is(bench.status().status().flags, 0);
      t.is(bench.card.counters.requestsRefused, 1);
    },
  },
  {
    title: "goes on where acknowledgements come back, and says so in a beacon at once",
    run(t) {
      const bench = ready();
      bench.request(3, 1, 10);
      bench.advance(200_000);
      bench.request(3, 2);
      t.is(bench.sent.beacons().at(-1)?.fields.state, REFUSE_NO_LEASE);
      bench.advance(1000);
      bench.sent.clear();
      bench.advance(9000);
      bench.ack(3);
      bench.ack(2);
      bench.advance(0);
      t.deepEqual(
        bench.sent.beacons().map(({ atUs, fields }) => [atUs, fields.state]),
        [
          [220_000, REFUSE_NO_LEASE],
          [220_000, REFUSE_NO_LEASE],
          [220_000, STATE_READY],
          [220_000, STATE_READY],
        ],
      );
      bench.request(3, 3);
      t.deepEqual(firsts(bench), [11n]);
    },
  },
  {
    title:
      "a silent secondary, or one that lost its memory, is refused for, though a quorum grants the lease",
    run(t) {
      const silent = ready({}, [3]);
      silent.request(3, 1);
      t.deepEqual(refusalsSent(silent), [[3, 1, REFUSE_NO_SECONDARY]]);
      silent.ack(2);
      silent.request(3, 2);
      t.is(silent.sent.stores().length, 1);
      for (let waited = 0; waited < 6; waited += 1) {
        silent.advance(10_000);
        silent.ack(3);
      }
      silent.request(3, 3);
      t.is(refusalsSent(silent).at(-1)?.[2], REFUSE_NO_SECONDARY);

      const cold = ready({}, [3]);
      cold.ack(2, { flags: ACK_FLAG_COLD });
      cold.request(3, 1);
      t.deepEqual(refusalsSent(cold), [[3, 1, REFUSE_NO_SECONDARY]]);
      cold.advance(10_000);
      t.is(cold.sent.beacons().at(-1)?.fields.state, REFUSE_NO_SECONDARY);
      t.is(cold.sent.stores().length, 0);
    },
  },
  {
    title: "the secondary's word counts for as long as a lease, to the microsecond",
    run(t) {
      const bench = ready();
      for (let beacon = 1; beacon <= 5; beacon += 1) {
        bench.advance(10_000);
        bench.ack(3);
      }
      bench.advance(DEFAULT_TIMING.beaconUs + GRANT_US - 1 - bench.nowUs);
      bench.request(3, 1);
      t.is(bench.sent.stores().length, 1);
      bench.advance(1);
      bench.request(3, 2);
      t.deepEqual(refusalsSent(bench), [[3, 2, REFUSE_NO_SECONDARY]]);
    },
  },
  {
    title: "acknowledgements of another view, of strangers, and of no beacon do nothing",
    run(t) {
      const bench = ready({ members: FIVE }, []);
      const { counters } = bench.card;
      for (const card of [2, 3, 4, 5]) {
        bench.ack(card, { view: 0x102 });
        bench.ack(card, { view: 0x100 });
        bench.ack(card, { sequence: 0 });
        bench.ack(card, { sequence: 0xffff_ffff });
      }
      t.is(counters.dropRole, 8);
      for (const stranger of [0, 6, 254, 255]) bench.ack(stranger);
      t.is(counters.dropSource, 4);
      bench.receive(2, FRAME_BEACON_ACK, (frame) => {
        frame.length = 26;
      });
      t.is(counters.dropLength, 1);
      bench.request(3, 1);
      t.deepEqual(refusalsSent(bench), [[3, 1, REFUSE_NO_LEASE]]);
      bench.ack(2);
      bench.request(3, 2);
      t.is(refusalsSent(bench).length, 2, "two of five");
      bench.ack(5);
      bench.request(3, 3);
      t.is(bench.sent.stores().length, 1, "three of five");
    },
  },
  {
    title: "a card that is not the primary refuses requests and takes no acknowledgement",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon();
      bench.request(2, 9);
      t.deepEqual(refusalsSent(bench), [[2, 9, REFUSE_NOT_PRIMARY]]);
      bench.ack(2);
      t.is(bench.card.counters.dropRole, 1);
      bench.advance(30_000);
      t.is(bench.sent.beacons().length, 0);
    },
  },
  {
    title: "a request of a wrong length is counted; of a wrong count, refused",
    run(t) {
      const bench = ready();
      bench.receive(3, FRAME_REQUEST, (frame) => {
        frame.length = 14;
      });
      t.is(bench.card.counters.dropLength, 1);
      bench.request(3, 1, 0);
      bench.request(3, 2, MAX_BLOCK_COUNT + 1);
      bench.request(3, 3, 65_535);
      t.deepEqual(
        refusalsSent(bench).map(([, , code]) => code),
        [REFUSE_COUNT, REFUSE_COUNT, REFUSE_COUNT],
      );
      t.is(bench.sent.stores().length, 0);
    },
  },
  {
    title:
      "a primary that was restarted in its view refuses as cold, is silent, and takes no acknowledgement",
    run(t) {
      const bench = ready();
      bench.request(3, 1, 10);
      const sequence = bench.sent.beacons().at(-1)?.fields.sequence ?? 0;
      bench.restart();
      bench.sent.clear();
      bench.advance(100_000);
      t.is(bench.sent.beacons().length, 0);
      bench.ack(2, { sequence: sequence + 1, ceiling: 99_999n });
      bench.ack(3, { sequence: sequence + 1, ceiling: 99_999n });
      t.is(bench.card.counters.dropRole, 2);
      bench.request(3, 2);
      bench.ask(5);
      t.deepEqual(refusalsSent(bench), [[3, 2, REFUSE_COLD]]);
      t.deepEqual(bench.host.refusals(), [{ tag: 5, code: REFUSE_COLD }]);
      t.is(bench.sent.stores().length, 0);
      const status = bench.status().status();
      t.deepEqual([status.state, status.flags], [REFUSE_COLD, CARD_FLAG_COLD]);
      t.deepEqual([toBigInt(status.held), toBigInt(status.quorumCeiling), status.leaseLeftUs], [0n, 0n, 0]);
    },
  },
  {
    title: "a primary that learns of a higher view is primary no more",
    run(t) {
      const bench = ready();
      bench.beacon({ view: 0x203, from: 3, secondary: 2, base: 900n, ceiling: 70_000n });
      bench.sent.clear();
      bench.ack(2, { view: 0x203, sequence: 1 });
      bench.request(2, 1);
      bench.advance(50_000);
      t.deepEqual(refusalsSent(bench), [[2, 1, REFUSE_NOT_PRIMARY]]);
      t.is(bench.sent.beacons().length, 0);
    },
  },
  {
    title: "asks for the next window when half of this one is used, and before anybody has to wait",
    run(t) {
      const bench = ready({ first: 1n });
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
          [2, 32_770n + WINDOW],
          [3, 32_770n + WINDOW],
        ],
        "at once, not with the next beacon",
      );
      const inFlash = new PersistentState(bench.storage);
      inFlash.load();
      t.is(toBigInt(inFlash.ceiling), 32_770n + WINDOW, "its own flash has it first");
      bench.request(3, 3, 1);
      t.deepEqual([counters.ceilingWrites, counters.requestsWaited], [2, 0]);
    },
  },
  {
    title:
      "no number at or above the ceiling that a quorum has: requests wait, and are served in order when it comes",
    run(t) {
      const bench = atCeiling();
      t.deepEqual(firsts(bench), [1n, 32_769n], "up to the last number below the ceiling");
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
      const bench = ready();
      bench.request(3, 1, 32_768);
      bench.request(3, 2, 20_000);
      bench.request(3, 3, 32_768);
      bench.request(2, 4, 1);
      t.deepEqual(firsts(bench), [1n, 32_769n]);
      bench.ack(2);
      t.deepEqual(firsts(bench), [1n, 32_769n, 52_769n, 85_537n]);
    },
  },
  {
    title:
      "the primary's own ceiling is one card's, and so is the secondary's: in a fabric of five three are needed",
    run(t) {
      const bench = ready({ members: FIVE }, [2, 3, 4, 5]);
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
      t.deepEqual(firsts(bench), [1n, 32_769n, 65_537n]);
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
        [65_537n + WINDOW, 65_537n + WINDOW],
      );
      bench.ack(2);
      t.deepEqual(firsts(bench), [65_537n]);
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
      const bench = ready({ first: 2n ** 63n - 5n });
      t.is(toBigInt(bench.sent.beacons()[0]?.fields.ceiling ?? uint64(0n)), 2n ** 63n);
      bench.request(3, 1, 3);
      bench.request(3, 2, 3);
      bench.request(3, 3, 2);
      bench.request(3, 4, 1);
      bench.request(3, 5, MAX_BLOCK_COUNT);
      t.deepEqual(firsts(bench), [2n ** 63n - 5n, 2n ** 63n - 2n]);
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
      const bench = ready({ first: 2n ** 63n - 1n - WINDOW - 100n });
      bench.request(3, 1, 32_768);
      bench.request(3, 2, 32_768);
      bench.request(3, 3, 90);
      bench.request(3, 4, 90);
      bench.request(2, 5, 11);
      t.is(bench.sent.stores().length, 2);
      bench.ack(2);
      t.deepEqual(refusalsSent(bench), [[3, 4, REFUSE_EXHAUSTED]]);
      t.deepEqual(firsts(bench).slice(2), [2n ** 63n - 101n, 2n ** 63n - 11n]);
    },
  },
  {
    title: "a flash that does not take the new ceiling: the number before stands, and nothing more is said",
    run(t) {
      const bench = ready();
      bench.request(3, 1, 32_768);
      bench.storage.writesLeft = 0;
      bench.sent.clear();
      bench.request(3, 2, 5);
      t.deepEqual(firsts(bench), [32_769n]);
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
      bench.request(2, 2002, 1);
      bench.storage.writesLeft = 0;
      bench.ack(2);
      t.deepEqual(firsts(bench).slice(2), [65_537n, 98_305n], "behind the second a new ceiling was needed");
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
  {
    title: "of two blocks for one request, one is counted as skipped",
    run(t) {
      const bench = ready();
      bench.request(3, 8, 10);
      bench.request(3, 8, 10);
      t.deepEqual(firsts(bench), [1n, 11n], "the originator takes whichever comes first");
      t.is(bench.card.counters.numbersSkipped, 10);
      bench.request(3, 8, 10);
      t.is(bench.card.counters.numbersSkipped, 20);
      bench.request(3, 9, 10);
      bench.request(2, 8, 10);
      bench.request(3, 16, 10);
      t.is(bench.card.counters.numbersSkipped, 20, "another id, another card, the next use of the slot");
    },
  },
  {
    title: "status tells the lease, what a quorum has and what is held",
    run(t) {
      const bench = ready();
      bench.request(3, 1, 9);
      bench.advance(4000);
      const status = bench.status().status();
      t.deepEqual([toBigInt(status.held), toBigInt(status.quorumCeiling)], [10n, 1n + WINDOW]);
      t.is(status.leaseLeftUs, GRANT_US - 4000);
      t.deepEqual([status.state, status.flags], [STATE_READY, CARD_FLAG_LEASE]);
    },
  },
];
