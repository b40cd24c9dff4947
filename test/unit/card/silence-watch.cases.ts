import type { Card } from "../../../firmware/card/card.js";
import { DEFAULT_TIMING, type Timing } from "../../../firmware/wire/constants.js";
import { STATE_READY } from "../../../firmware/wire/frame-types.js";
import { ACK_FLAG_COLD } from "../../../firmware/wire/lease-frames.js";
import { CardBench } from "../../support/card-bench.js";
import { leasedPrimary } from "../../support/leased-primary.js";
import type { UnitCase } from "../../support/unit-case.js";
import { TRIANGLE, VirtualFabric } from "../../support/virtual-fabric.js";

const { leaseUs: LEASE_US, rankStepUs: RANK_US } = DEFAULT_TIMING;

/** When the card began to ask for promises, in microseconds; nothing where it did not. */
function beganUs(bench: CardBench): number | undefined {
  return bench.sent.prepares()[0]?.atUs;
}

/** Lets ten beacons go by, each acknowledged by `acking`. */
function keep(bench: CardBench, acking: readonly number[], beacons = 10): void {
  for (let sent = 0; sent < beacons; sent += 1) {
    bench.advance(DEFAULT_TIMING.beaconUs);
    for (const card of acking) bench.ack(card);
  }
}

export const silenceWatchCases: readonly UnitCase[] = [
  {
    title: "a silent view: the secondary begins after a lease, the others one rank after the other",
    run(t) {
      const begins = [2, 3, 4, 5].map((cardId) => {
        const members = [1, 2, 3, 4, 5].map((card) => [card, 1] as const);
        const bench = new CardBench({ cardId, members });
        bench.advance(7000);
        bench.beacon({ ceiling: 1n });
        bench.advance(300_000);
        return beganUs(bench);
      });
      t.deepEqual(
        begins,
        [0, 3, 4, 5].map((rank) => 7000 + LEASE_US + rank * RANK_US),
      );
    },
  },
  {
    title: "who has promised another's view waits for it as long as for a beacon",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.beacon({ ceiling: 1n });
      bench.advance(LEASE_US);
      bench.prepare(0x202);
      bench.advance(LEASE_US + 3 * RANK_US - 1);
      t.is(beganUs(bench), undefined);
      bench.advance(1);
      t.is(beganUs(bench), 2 * LEASE_US + 3 * RANK_US);
    },
  },
  {
    title: "a primary whose secondary has been silent for a lease changes the view itself",
    run(t) {
      const bench = leasedPrimary({}, [3]);
      keep(bench, [3], 4);
      t.is(beganUs(bench), undefined);
      bench.ack(2);
      const heardUs = bench.sent.beacons().at(-1)?.atUs ?? 0;
      keep(bench, [3], 10);
      t.is(beganUs(bench), heardUs + LEASE_US);
    },
  },
  {
    title: "a primary whose secondary came back cold changes the view at once",
    run(t) {
      const bench = leasedPrimary();
      keep(bench, [2, 3]);
      t.is(beganUs(bench), undefined);
      bench.ack(2, { flags: ACK_FLAG_COLD });
      const coldUs = bench.nowUs;
      bench.advance(DEFAULT_TIMING.beaconUs);
      const us = beganUs(bench) ?? Number.POSITIVE_INFINITY;
      t.true(us <= coldUs + DEFAULT_TIMING.beaconUs, `${us}`);
    },
  },
  {
    title:
      "a primary without a lease changes nothing: it waits for its quorum, then falls silent, then tries like others",
    run(t) {
      const bench = leasedPrimary();
      bench.advance(LEASE_US + DEFAULT_TIMING.abdicateUs - DEFAULT_TIMING.leaseMarginUs - 1);
      t.is(beganUs(bench), undefined);
      const beacons = bench.card.counters.beaconsSent;
      bench.advance(DEFAULT_TIMING.beaconUs);
      t.is(bench.card.counters.beaconsSent, beacons);
      t.true(beganUs(bench) !== undefined);
    },
  },
  {
    title:
      "a member that was cut off has promised a view of its own: the primary takes it in by a higher one, once a lease",
    run(t) {
      const bench = leasedPrimary();
      keep(bench, [2, 3]);
      bench.prepare(0x903);
      t.is(bench.sent.declines().length, 1);
      bench.ack(2);
      bench.advance(DEFAULT_TIMING.beaconUs);
      t.deepEqual(new Set(bench.sent.prepares().map(({ fields }) => fields.view)), new Set([0xa01]));
    },
  },
  {
    title:
      "loss of the primary, the secondary or a third card: the next number within 120 ms, every skip counted",
    run(t) {
      for (const lost of [0, 1, 2]) {
        const fabric = new VirtualFabric({ cards: 3, cables: TRIANGLE });
        fabric.initialise();
        fabric.run(200_000);
        const asking = lost === 2 ? 0 : 2;
        fabric.request(asking, 1);
        fabric.run(2000);
        t.deepEqual(
          fabric
            .host(asking)
            .answers()
            .map(({ first }) => first),
          [1n],
        );
        fabric.kill(lost);
        fabric.request(asking, 2);
        const us = fabric.runUntil(() => fabric.host(asking).answers().length === 2, 1_000_000, 100);
        t.true(us <= 120_000, `card ${lost + 1}: ${us} us`);
        const skipped = (fabric.host(asking).answers()[1]?.first ?? 0n) - 2n;
        const { counters } = fabric.at(lost === 0 ? 1 : 0).card as Card;
        t.is(skipped, BigInt(counters.numbersSkipped), "every skip is counted");
        t.true(lost === 1 || skipped === 0n, "what the lost secondary did not store may be skipped");
        t.deepEqual(fabric.host(asking).refusals(), []);
        fabric.run(300_000);
        t.is(fabric.host(asking).viewStates().at(-1), STATE_READY);
        const { view } = fabric.status(asking).status();
        t.is(view > 0x101, lost !== 2, "the third card's loss is no reason for a new view");
      }
    },
  },
  {
    title: "other timings are kept as well as the default ones",
    run(t) {
      const timing: Timing = { ...DEFAULT_TIMING, leaseUs: 100_000, rankStepUs: 7000 };
      const bench = new CardBench({ cardId: 3, timing });
      bench.beacon({ ceiling: 1n });
      bench.advance(400_000);
      t.is(beganUs(bench), 100_000 + 3 * 7000);
    },
  },
];
