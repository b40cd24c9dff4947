import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { REFUSE_NO_LEASE, REFUSE_NOT_PRIMARY } from "../../../firmware/wire/frame-types.js";
import { uint64 } from "../../support/layout.js";
import { firstsAssigned, leasedPrimary } from "../../support/leased-primary.js";
import { PrimaryBench } from "../../support/primary-bench.js";
import type { UnitCase } from "../../support/unit-case.js";

const GRANT_US = DEFAULT_TIMING.leaseUs - DEFAULT_TIMING.leaseMarginUs;

export const primaryRepeatsCases: readonly UnitCase[] = [
  {
    title: "a request that comes again gets its numbers again, and nothing is skipped",
    run(t) {
      const bench = leasedPrimary();
      bench.request(3, 8, 10);
      bench.request(2, 5, 4);
      bench.advance(DEFAULT_TIMING.retryUs);
      bench.request(3, 8, 10);
      t.deepEqual(firstsAssigned(bench), [1n, 11n, 1n]);
      bench.request(3, 9, 10);
      t.deepEqual(firstsAssigned(bench), [1n, 11n, 1n, 15n]);
      const { counters } = bench.card;
      t.deepEqual([counters.numbersAssigned, counters.numbersSkipped, counters.requestsReceived], [24, 0, 4]);
      t.deepEqual(
        bench.sent.stores().map(({ fields }) => [fields.originator, fields.requestId, fields.count]),
        [
          [3, 8, 10],
          [2, 5, 4],
          [3, 8, 10],
          [3, 9, 10],
        ],
      );
    },
  },
  {
    title: "not while its STORE has just left, and not when that was so long ago that nobody can wait for it",
    run(t) {
      const bench = leasedPrimary();
      const { patienceUs, retryUs, beaconUs } = DEFAULT_TIMING;
      const pass = (us: number): void => {
        for (let passed = 0; passed < us; passed += beaconUs) {
          bench.advance(beaconUs);
          for (const card of [2, 3]) bench.ack(card);
        }
      };
      bench.request(3, 8, 10);
      bench.request(3, 8, 10);
      bench.advance(retryUs / 2 - 1);
      bench.request(3, 8, 10);
      t.deepEqual(firstsAssigned(bench), [1n]);
      bench.advance(1);
      bench.request(3, 8, 10);
      bench.request(3, 8, 10);
      t.deepEqual(firstsAssigned(bench), [1n, 1n], "each repetition counts anew");
      pass(patienceUs - retryUs / 2);
      bench.request(3, 8, 10);
      t.deepEqual(firstsAssigned(bench), [1n, 1n, 1n]);
      pass(beaconUs);
      bench.request(3, 8, 10);
      t.deepEqual(firstsAssigned(bench), [1n, 1n, 1n, 11n], "however often it was repeated since");
      t.is(bench.card.counters.numbersSkipped, 10);
    },
  },
  {
    title: "one id with two counts are two requests, of which one is counted as skipped",
    run(t) {
      const bench = leasedPrimary();
      bench.request(3, 8, 10);
      bench.request(3, 8, 11);
      t.deepEqual(firstsAssigned(bench), [1n, 11n]);
      t.is(bench.card.counters.numbersSkipped, 10);
      bench.request(3, 9, 10);
      bench.request(2, 8, 10);
      bench.request(3, 16, 10);
      t.is(bench.card.counters.numbersSkipped, 10, "another id, another card, the next use of the place");
    },
  },
  {
    title: "without a lease a repetition is refused like any request; in another view it gets other numbers",
    run(t) {
      const bench = new PrimaryBench();
      bench.lease();
      bench.request(1, 7);
      bench.context.nowUs += GRANT_US;
      bench.request(1, 7);
      bench.context.state.promised = 0x202;
      bench.context.review();
      bench.request(1, 7);
      t.deepEqual(
        bench.sent.refusals().map(({ fields }) => fields.code),
        [REFUSE_NO_LEASE, REFUSE_NOT_PRIMARY],
      );
      bench.context.state.accepted.set(0x202, 1, 2, uint64(100n));
      bench.context.review();
      bench.primary.begin();
      bench.lease();
      bench.request(2);
      bench.request(1, 7);
      t.deepEqual(bench.firsts(), [100n, 100n, 101n], "what was stored by nobody is the next one's");
      t.is(bench.context.counters.numbersSkipped, 7);
    },
  },
];
