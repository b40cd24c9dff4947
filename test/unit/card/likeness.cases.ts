import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import type { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import {
  FRAME_ANSWER,
  FRAME_BEACON_ACK,
  FRAME_STORE,
  REFUSE_NO_LEASE,
} from "../../../firmware/wire/frame-types.js";
import { ACK_FLAG_COLD, encodeBeaconAck } from "../../../firmware/wire/lease-frames.js";
import { encodeAnswer, encodeStore } from "../../../firmware/wire/number-frames.js";
import { CardBench } from "../../support/card-bench.js";
import type { AckOptions, BeaconOptions } from "../../support/card-bench-options.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import { firstsAssigned, leasedPrimary } from "../../support/leased-primary.js";
import type { Assertions, UnitCase } from "../../support/unit-case.js";
import { newestId, ready } from "./originator-bench.js";

// Behind a good frame a cable knows its like, and what is like it is looked at no more. So what is refused as the first of its kind
// proves little: each wrong frame here comes over the very cable by which a good one came before.

const VIEW = 0x101;
const OTHER_VIEWS = [0, 0x100, 0x102, 0x201, VIEW + 2 ** 32] as const;
const CABLE = 0;

/** Whether the bench's first cable knows frames like the one that `send` brings. */
function isKnown(bench: CardBench, send: () => void): boolean {
  const cable = bench.cables[CABLE];
  const before = cable?.expectedFrames;
  send();
  return cable?.expectedFrames !== before;
}

interface StoreOptions {
  readonly source?: number;
  readonly view?: number;
  readonly originator?: number;
  readonly first?: bigint;
  readonly count?: number;
}

function store(bench: CardBench, options: StoreOptions): void {
  const { source = 1, view = VIEW, originator = 3, first = 200n, count = 1 } = options;
  const body = (frame: FrameBuffer): void => encodeStore(frame, view, originator, 1, uint64(first), count);
  bench.receive(source, FRAME_STORE, body, { link: CABLE });
}

function answer(bench: CardBench, source: number, view: number): void {
  const id = newestId(bench);
  const body = (frame: FrameBuffer): void => encodeAnswer(frame, view, id, uint64(500n), 1);
  bench.receive(source, FRAME_ANSWER, body, { link: CABLE });
}

/** A member that has followed three beacons: the first one moved its ceiling, the third was like the second. */
function follower(t: Assertions): CardBench {
  const bench = new CardBench({ cardId: 3 });
  for (const sequence of [1, 2]) bench.beacon({ sequence, link: CABLE });
  t.true(
    isKnown(bench, () => bench.beacon({ sequence: 3, link: CABLE })),
    "the cable knows its like",
  );
  bench.sent.clear();
  return bench;
}

/** An acknowledgement of the newest beacon, by the cable to card 2. */
function acknowledge(bench: CardBench, source: number, options: AckOptions = {}): void {
  const newest = bench.sent.beacons().at(-1)?.fields;
  const { view = VIEW, sequence = newest?.sequence ?? 0, flags = 0 } = options;
  const ceiling = uint64(options.ceiling ?? toBigInt(newest?.ceiling ?? uint64(0n)));
  const body = (frame: FrameBuffer): void => encodeBeaconAck(frame, view, sequence, ceiling, flags);
  bench.receive(source, FRAME_BEACON_ACK, body, { link: CABLE });
}

/** A primary with its lease, whose cable to card 2 knows what that says again and again. */
function acknowledged(t: Assertions): CardBench {
  const bench = leasedPrimary({}, [2]);
  for (let beacons = 0; beacons < 3; beacons += 1) {
    bench.advance(DEFAULT_TIMING.beaconUs);
    bench.ack(2);
  }
  bench.advance(DEFAULT_TIMING.beaconUs);
  t.true(
    isKnown(bench, () => acknowledge(bench, 2)),
    "the cable knows its like",
  );
  return bench;
}

export const likenessCases: readonly UnitCase[] = [
  {
    title: "behind a good STORE one that cannot be right is refused as before it",
    run(t) {
      const wrong: readonly (readonly [string, StoreOptions])[] = [
        ...OTHER_VIEWS.map((view) => [`of view ${view}`, { view }] as const),
        ["from another than the primary", { source: 3 }],
        ["below the base", { first: 99n }],
        ["below the base, though its end is above", { first: 99n, count: 500 }],
        ["of no number", { count: 0 }],
        ["beyond the numbers", { first: 2n ** 63n - 1n, count: 2 }],
        ["far beyond the numbers", { first: 2n ** 64n - 1n }],
        ["for an originator that is no member", { originator: 9 }],
      ];
      for (const [why, options] of wrong) {
        const bench = new CardBench({ cardId: 2, first: 100n });
        bench.beacon();
        store(bench, { first: 150n });
        t.true(
          isKnown(bench, () => store(bench, { first: 151n })),
          "the cable knows its like",
        );
        store(bench, options);
        t.is(bench.card.counters.storesRefused, 1, why);
        t.is(bench.sent.answers().length, 2, why);
        t.is(toBigInt(bench.status().status().held), 152n, why);
      }
    },
  },
  {
    title:
      "behind a good ANSWER of an older view its sender, who is not the secondary, is not believed for this view",
    run(t) {
      const bench = ready();
      bench.ask(1);
      answer(bench, 1, 0x100);
      t.is(bench.host.answers().length, 1, "it was good for its request");
      bench.advance(1_000);
      bench.ask(2);
      answer(bench, 1, VIEW);
      t.is(bench.card.counters.dropRole, 1);
      t.is(bench.host.answers().length, 1);
      t.true(
        isKnown(bench, () => answer(bench, 1, 0x100)),
        "the cable knows its like",
      );
      t.is(bench.host.answers().length, 2, "the request was still open");
    },
  },
  {
    title: "behind a good ANSWER of the secondary one of another card is refused",
    run(t) {
      const bench = ready();
      bench.ask(1);
      answer(bench, 2, VIEW);
      bench.advance(1_000);
      bench.ask(2);
      answer(bench, 1, VIEW);
      t.is(bench.card.counters.dropRole, 1);
      t.is(bench.host.answers().length, 1);
      t.true(
        isKnown(bench, () => answer(bench, 2, VIEW)),
        "the cable knows its like",
      );
      t.is(bench.host.answers().length, 2, "the request was still open");
    },
  },
  {
    title: "behind a good BEACON one of another view, of another card or of no ceiling is not followed",
    run(t) {
      const wrong: readonly (readonly [string, BeaconOptions])[] = [
        ...OTHER_VIEWS.map((view) => [`of view ${view}`, { view }] as const),
        ["from another than the primary", { from: 2 }],
        ["of a ceiling beyond the numbers", { ceiling: 2n ** 64n - 1n }],
        ["of a window that is none", { windowLog2: 64, ceiling: 300_000n }],
      ];
      for (const [why, options] of wrong) {
        const bench = follower(t);
        bench.beacon({ sequence: 4, link: CABLE, ...options });
        t.is(bench.card.counters.dropRole, 1, why);
        t.is(bench.card.counters.beaconsReceived, 3, why);
        t.is(bench.sent.acks().length, 0, why);
      }
    },
  },
  {
    title:
      "behind a good BEACON one of a higher ceiling is written before it is acknowledged, one of another state is heeded",
    run(t) {
      const bench = follower(t);
      const { ceilingWrites } = bench.card.counters;
      bench.beacon({ sequence: 4, link: CABLE, ceiling: 300_000n });
      t.is(bench.card.counters.ceilingWrites, ceilingWrites + 1);
      const told = bench.sent.acks().map(({ fields }) => toBigInt(fields.ceiling));
      t.deepEqual(told, [300_000n]);
      bench.beacon({ sequence: 5, link: CABLE, ceiling: 300_000n });
      t.true(
        isKnown(bench, () => bench.beacon({ sequence: 6, link: CABLE, ceiling: 300_000n })),
        "the cable knows the new one's like",
      );
      bench.beacon({ sequence: 7, link: CABLE, ceiling: 300_000n, state: REFUSE_NO_LEASE });
      t.is(bench.status().status().state, REFUSE_NO_LEASE);
    },
  },
  {
    title: "behind a good BEACON_ACK one of another view or of another card grants nothing",
    run(t) {
      for (const view of OTHER_VIEWS) {
        const bench = acknowledged(t);
        for (let us = 0; us < DEFAULT_TIMING.leaseUs; us += DEFAULT_TIMING.beaconUs) {
          bench.advance(DEFAULT_TIMING.beaconUs);
          acknowledge(bench, 2, { view });
        }
        t.true(bench.card.counters.dropRole > 0, `view ${view}`);
        bench.request(3, 1);
        t.deepEqual(firstsAssigned(bench), [], `view ${view}: it has no lease`);
      }
      const bench = acknowledged(t);
      for (let us = 0; us < DEFAULT_TIMING.leaseUs; us += DEFAULT_TIMING.beaconUs) {
        bench.advance(DEFAULT_TIMING.beaconUs);
        acknowledge(bench, 3);
      }
      bench.request(3, 1);
      t.deepEqual(firstsAssigned(bench), [], "its secondary is not heard");
    },
  },
  {
    title: "behind a good BEACON_ACK one of a higher ceiling is heeded, and one of a card that has restarted",
    run(t) {
      const bench = acknowledged(t);
      bench.request(3, 1, 32_768);
      bench.request(3, 2, 1);
      bench.advance(DEFAULT_TIMING.beaconUs);
      acknowledge(bench, 2, { ceiling: 65_537n });
      t.true(
        isKnown(bench, () => acknowledge(bench, 2, { ceiling: 65_537n })),
        "the cable knows its like",
      );
      bench.request(3, 3, 32_767);
      bench.request(3, 4, 10);
      t.deepEqual(firstsAssigned(bench), [1n, 32_769n, 32_770n], "the next would be above what a quorum has");
      acknowledge(bench, 2);
      t.deepEqual(firstsAssigned(bench).slice(3), [65_537n]);
      bench.advance(DEFAULT_TIMING.beaconUs);
      acknowledge(bench, 2);
      t.true(
        isKnown(bench, () => acknowledge(bench, 2)),
        "the cable knows the new one's like",
      );
      bench.advance(DEFAULT_TIMING.beaconUs);
      acknowledge(bench, 2, { flags: ACK_FLAG_COLD });
      bench.request(3, 5);
      t.is(firstsAssigned(bench).length, 4, "numbers would not be stored");
    },
  },
];
