import { DEFAULT_TIMING, DEFAULT_WINDOW, MAX_BLOCK_COUNT } from "../../../firmware/wire/constants.js";
import {
  FRAME_BEACON_ACK,
  FRAME_REQUEST,
  REFUSE_COLD,
  REFUSE_COUNT,
  REFUSE_NO_LEASE,
  REFUSE_NO_SECONDARY,
  REFUSE_NOT_PRIMARY,
  STATE_READY,
} from "../../../firmware/wire/frame-types.js";
import { CARD_FLAG_COLD, CARD_FLAG_LEASE } from "../../../firmware/wire/host-setup-frames.js";
import { ACK_FLAG_COLD, type BeaconFields } from "../../../firmware/wire/lease-frames.js";
import { CardBench } from "../../support/card-bench.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import { firstsAssigned, leasedPrimary, refusalsSent } from "../../support/leased-primary.js";
import type { Sent } from "../../support/link-log.js";
import { PrimaryBench } from "../../support/primary-bench.js";
import type { UnitCase } from "../../support/unit-case.js";

const GRANT_US = DEFAULT_TIMING.leaseUs - DEFAULT_TIMING.leaseMarginUs;
const WINDOW = BigInt(DEFAULT_WINDOW);
/** Five members of one vote each. */
const FIVE = [1, 2, 3, 4, 5].map((card) => [card, 1] as const);

export const primaryCases: readonly UnitCase[] = [
  {
    title:
      "sends a beacon to each other member as soon as there is a way and every 10 ms, with all of its view and one sequence",
    run(t) {
      const bench = new CardBench({ first: 500n });
      bench.advance(30_000);
      const beacons = bench.sent.beacons();
      t.deepEqual(
        beacons.map(({ atUs, to }) => [atUs, to]),
        [
          [0, 2],
          [0, 3],
          [10_000, 2],
          [10_000, 3],
          [20_000, 2],
          [20_000, 3],
          [30_000, 2],
          [30_000, 3],
        ],
      );
      const { fields } = beacons[0] as Sent<BeaconFields>;
      t.deepEqual([fields.view, toBigInt(fields.ceiling)], [0x101, 500n + WINDOW]);
      t.is(fields.state, REFUSE_NO_LEASE);
      const sequences = beacons.map((beacon) => beacon.fields.sequence - fields.sequence);
      t.deepEqual(sequences, [0, 0, 1, 1, 2, 2, 3, 3]);
      t.is(bench.card.counters.beaconsSent, 5, "the first found no way: nobody had said hello");
    },
  },
  {
    title: "assigns block behind block, each to the secondary and to nobody else",
    run(t) {
      const bench = leasedPrimary({ first: 2n ** 53n - 1n });
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
      const bench = leasedPrimary({ first: 2n ** 32n - 3n });
      for (let id = 0; id < 3; id += 1) bench.request(3, id, 2);
      t.deepEqual(firstsAssigned(bench), [2n ** 32n - 3n, 2n ** 32n - 1n, 2n ** 32n + 1n]);
    },
  },
  {
    title: "the lease ends to the microsecond, counted from when the beacon was sent; then it refuses",
    run(t) {
      const bench = leasedPrimary({}, []);
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
      const bench = leasedPrimary();
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
      t.deepEqual(firstsAssigned(bench), [11n]);
    },
  },
  {
    title:
      "a silent secondary, or one that lost its memory, is refused for, though a quorum grants the lease",
    run(t) {
      const silent = leasedPrimary({}, [3]);
      silent.request(3, 1);
      t.deepEqual(refusalsSent(silent), [[3, 1, REFUSE_NO_SECONDARY]]);
      silent.ack(2);
      silent.request(3, 2);
      t.is(silent.sent.stores().length, 1);
      for (let waited = 0; waited < 5; waited += 1) {
        silent.advance(10_000);
        silent.ack(3);
      }
      silent.advance(9000);
      silent.request(3, 3);
      t.is(refusalsSent(silent).at(-1)?.[2], REFUSE_NO_SECONDARY);

      const cold = leasedPrimary({}, [3]);
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
      const bench = leasedPrimary();
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
      const bench = leasedPrimary({ members: FIVE }, []);
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
      const bench = leasedPrimary();
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
      const bench = leasedPrimary();
      bench.request(3, 1, 10);
      const sequence = bench.sent.beacons().at(-1)?.fields.sequence ?? 0;
      bench.restart();
      bench.sent.clear();
      bench.advance(DEFAULT_TIMING.leaseUs);
      t.is(bench.sent.beacons().length, 0);
      bench.ack(2, { sequence: sequence + 1, ceiling: 99_999n });
      bench.ack(3, { sequence: sequence + 1, ceiling: 99_999n });
      t.is(bench.card.counters.dropRole, 2);
      bench.request(3, 2);
      bench.ask(5);
      t.deepEqual(refusalsSent(bench), [[3, 2, REFUSE_COLD]]);
      t.deepEqual(bench.host.refusals(), [], "its host waits for the next view");
      t.is(bench.sent.stores().length, 0);
      const status = bench.status().status();
      t.deepEqual([status.state, status.flags], [REFUSE_COLD, CARD_FLAG_COLD]);
      t.deepEqual([toBigInt(status.held), toBigInt(status.quorumCeiling), status.leaseLeftUs], [0n, 0n, 0]);
    },
  },
  {
    title: "a primary that learns of a higher view is primary no more",
    run(t) {
      const bench = leasedPrimary();
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
    title:
      "beacons go half as often while no quorum acknowledges them, but for the first and without a lease",
    run(t) {
      const bench = new PrimaryBench();
      const { beaconUs } = DEFAULT_TIMING;
      const beaconsIn = (us: number): number[] => {
        const endUs = bench.context.nowUs + us;
        bench.sent.clear();
        for (; bench.context.nowUs < endUs; bench.context.nowUs += 1000) bench.primary.tick();
        return bench.sent
          .beacons()
          .filter(({ to }) => to === 2)
          .map(({ atUs }) => atUs);
      };
      for (let beacon = 0; beacon < 8; beacon += 1) {
        bench.lease();
        bench.context.nowUs += beaconUs;
      }
      bench.lease();
      t.is(beaconsIn(beaconUs).length, 0);
      t.is(beaconsIn(3 * beaconUs).length, 2, "the first of them was due, and the next is late");
      bench.ack();
      t.is(beaconsIn(beaconUs).length, 1, "until it is acknowledged");
      t.is(beaconsIn(4 * beaconUs).length, 2);
      beaconsIn(GRANT_US);
      t.true(bench.primary.lease.leaseLeftUs() <= 0);
      t.is(beaconsIn(5 * beaconUs).length, 5);
    },
  },
  {
    title: "status tells the lease, what a quorum has and what is held",
    run(t) {
      const bench = leasedPrimary();
      bench.request(3, 1, 9);
      bench.advance(4000);
      const status = bench.status().status();
      t.deepEqual([toBigInt(status.held), toBigInt(status.quorumCeiling)], [10n, 1n + WINDOW]);
      t.is(status.leaseLeftUs, GRANT_US - 4000);
      t.deepEqual([status.state, status.flags], [STATE_READY, CARD_FLAG_LEASE]);
    },
  },
  {
    title: "each view begins at its base with nothing granted, nothing acknowledged and nobody waiting",
    run(t) {
      const bench = new PrimaryBench();
      bench.lease();
      bench.request(1);
      for (let id = 2; id < 5; id += 1) bench.request(id, 32_768);
      t.deepEqual(bench.firsts(), [100n, 101n]);
      const { accepted } = bench.context.state;
      accepted.set(0x201, 1, 2, uint64(90_000n));
      bench.context.state.promised = 0x201;
      bench.context.review();
      bench.primary.begin();
      t.true(bench.primary.lease.leaseLeftUs() <= 0);
      t.true(bench.primary.lease.quorum.ceiling.isZero());
      t.is(bench.primary.lease.assignState(), REFUSE_NO_LEASE);
      bench.lease();
      t.is(bench.firsts().length, 2, "who waited in the view before is served no more");
      t.deepEqual(bench.sent.refusals(), [], "nor refused: it asks again");
      bench.request(5);
      t.is(bench.firsts().at(-1), 90_000n);
    },
  },
  {
    title:
      "the second beacon of a view follows on the turn behind the one in which the view began, as that one writes to flash",
    run(t) {
      const bench = new PrimaryBench();
      const { context, primary, sent } = bench;
      primary.tick();
      t.is(sent.beacons().length, 2);
      const behindUs = 7000;
      context.nowUs = behindUs;
      primary.tick();
      const { beaconUs } = DEFAULT_TIMING;
      for (const [nowUs, count] of [
        [beaconUs, 2],
        [behindUs + beaconUs - 1, 2],
        [behindUs + beaconUs, 4],
        [behindUs + 2 * beaconUs, 6],
      ] as const) {
        context.nowUs = nowUs;
        primary.tick();
        t.is(sent.beacons().length, count, `at ${nowUs}`);
      }
    },
  },
  {
    title: "a second beacon that is due at once, as numbers can be had, is not put off",
    run(t) {
      const bench = new PrimaryBench();
      bench.lease();
      bench.primary.tick();
      t.is(bench.sent.beacons().length, 4);
      t.is(bench.sent.beacons().at(-1)?.fields.state, STATE_READY);
    },
  },
  {
    title:
      "a primary that has promised a higher view says and assigns nothing more in the one it has accepted",
    run(t) {
      const bench = new PrimaryBench();
      bench.lease();
      bench.context.state.promised = 0x202;
      bench.context.review();
      bench.sent.clear();
      bench.context.nowUs += 20_000;
      bench.primary.tick();
      bench.ack();
      t.is(bench.sent.frames.length, 0);
      bench.request(1);
      t.deepEqual(bench.firsts(), []);
      t.deepEqual(
        bench.sent.refusals().map(({ fields }) => fields.code),
        [REFUSE_NOT_PRIMARY],
      );
    },
  },
];
