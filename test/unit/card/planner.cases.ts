import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { FRAME_PLAN } from "../../../firmware/wire/frame-types.js";
import { ACK_FLAG_COLD } from "../../../firmware/wire/lease-frames.js";
import {
  PLAN_BAD,
  PLAN_BUSY,
  PLAN_DONE,
  PLAN_FAILED,
  PLAN_HANDOVER,
  PLAN_NO_SUCH_CARD,
  PLAN_NOT_READY,
  PLAN_REMOVE,
  PLAN_SEED,
  PLAN_TOO_LOW,
} from "../../../firmware/wire/plan-frames.js";
import { AskingHosts } from "../../support/asking-hosts.js";
import { CardBench } from "../../support/card-bench.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import { firstsAssigned, leasedPrimary } from "../../support/leased-primary.js";
import type { UnitCase } from "../../support/unit-case.js";
import { line, ring, TRIANGLE, VirtualFabric } from "../../support/virtual-fabric.js";

const LAST = 2n ** 63n - 1n;

/** A primary that has been up for longer than a lease, and holds its own by the word of `acking`. */
function primary(acking: readonly number[] = [2, 3]): CardBench {
  const bench = leasedPrimary({}, acking);
  for (let sent = 0; sent < 10; sent += 1) {
    bench.advance(DEFAULT_TIMING.beaconUs);
    for (const card of acking) bench.ack(card);
  }
  bench.advance(1000);
  bench.sent.clear();
  return bench;
}

/** What came of plans: to whom, request, code, number. */
function results(bench: CardBench): unknown[][] {
  return bench.sent
    .planResults()
    .map(({ to, fields }) => [to, fields.requestId, fields.code, toBigInt(fields.number)]);
}

/** Acknowledges for the secondary, and lets the primary look at that. */
function drained(bench: CardBench): void {
  bench.ack(2);
  bench.advance(DEFAULT_TIMING.prepareUs);
}

function fabricOf(cards: number, cables: readonly (readonly [number, number])[]): VirtualFabric {
  const fabric = new VirtualFabric({ cards, cables });
  fabric.initialise(uint64(1n), cards % 2 === 0 ? [2] : []);
  fabric.run(200_000);
  return fabric;
}

export const plannerCases: readonly UnitCase[] = [
  {
    title:
      "a change of the list fails where another card becomes primary meanwhile; asked again it says the same",
    run(t) {
      const bench = leasedPrimary();
      bench.plan(3, { requestId: 8, kind: PLAN_REMOVE, card: 2 });
      bench.advance(1000);
      bench.accept({ view: 0x902, primary: 2, secondary: 3 });
      bench.advance(10_000);
      const told = (): number[][] =>
        bench.sent.planResults().map(({ to, fields }) => [to, fields.requestId, fields.code]);
      t.deepEqual(told(), [[3, 8, PLAN_FAILED]]);
      bench.plan(3, { requestId: 8, kind: PLAN_REMOVE, card: 2 });
      t.deepEqual(told(), [
        [3, 8, PLAN_FAILED],
        [3, 8, PLAN_FAILED],
      ]);
    },
  },
  {
    title: "the result for a card that is no member any more finds no way, and breaks nothing",
    run(t) {
      const bench = leasedPrimary();
      bench.plan(3, { requestId: 8, kind: PLAN_REMOVE, card: 2 });
      bench.advance(1000);
      const list = bench.list.filter(([card]) => card !== 3);
      bench.accept({ view: 0x902, primary: 2, secondary: 1, list });
      bench.advance(10_000);
      t.deepEqual(bench.sent.planResults(), []);
    },
  },
  {
    title: "a plan that cannot be is refused with its code, and nothing changes",
    run(t) {
      const bench = primary();
      bench.request(3, 1, 100);
      const refused = [
        [PLAN_BAD, { kind: 0 }],
        [PLAN_BAD, { kind: 3 }],
        [PLAN_BAD, { kind: PLAN_SEED, seed: 0n }],
        [PLAN_BAD, { kind: PLAN_SEED, seed: LAST + 1n }],
        [PLAN_BAD, { kind: PLAN_SEED, seed: 2n ** 64n - 1n }],
        [PLAN_NO_SUCH_CARD, { kind: PLAN_HANDOVER, primary: 9 }],
        [PLAN_NO_SUCH_CARD, { kind: PLAN_HANDOVER, secondary: 255 }],
        [PLAN_NO_SUCH_CARD, { kind: PLAN_HANDOVER, primary: 2, secondary: 2 }],
      ] as const;
      refused.forEach(([, options], index) => {
        bench.plan(3, { requestId: index, ...options });
      });
      t.deepEqual(
        results(bench),
        refused.map(([code], index) => [3, index, code, 0n]),
      );
      bench.plan(3, { requestId: 50, kind: PLAN_SEED, seed: 100n });
      t.deepEqual(results(bench).at(-1), [3, 50, PLAN_TOO_LOW, 101n], "with the least that would do");
      bench.advance(40_000);
      t.deepEqual(bench.sent.prepares(), []);
      bench.request(3, 2);
      t.is(firstsAssigned(bench).at(-1), 101n);
    },
  },
  {
    title: "a card that does not answer gets no role",
    run(t) {
      const bench = primary([2]);
      bench.plan(2, { kind: PLAN_HANDOVER, primary: 3 });
      bench.plan(2, { kind: PLAN_HANDOVER, primary: 2, secondary: 3 });
      t.deepEqual(
        results(bench).map(([, , code]) => code),
        [PLAN_NO_SUCH_CARD, PLAN_NO_SUCH_CARD],
      );
      bench.plan(2, { requestId: 7, kind: PLAN_HANDOVER, primary: 2, secondary: 1 });
      t.is(results(bench).length, 2, "the others may");
    },
  },
  {
    title: "who is not primary, has no lease, or lacks its secondary changes nothing by plan",
    run(t) {
      const other = new CardBench({ cardId: 3 });
      other.beacon({ ceiling: 1n });
      const unleased = leasedPrimary({}, []);
      const lonely = leasedPrimary();
      lonely.ack(2, { flags: ACK_FLAG_COLD });
      for (const bench of [other, unleased, lonely]) {
        bench.plan(2, { requestId: 4, kind: PLAN_SEED, seed: 500n });
        t.deepEqual(results(bench), [[2, 4, PLAN_NOT_READY, 0n]]);
      }
    },
  },
  {
    title: "a plan under way: the same again is not begun again, another is refused as busy",
    run(t) {
      const bench = primary();
      bench.plan(3, { requestId: 1, kind: PLAN_SEED, seed: 500n });
      bench.plan(3, { requestId: 1, kind: PLAN_SEED, seed: 500n });
      bench.plan(3, { requestId: 2, kind: PLAN_SEED, seed: 900n });
      bench.plan(2, { requestId: 1, kind: PLAN_SEED, seed: 900n });
      t.deepEqual(results(bench), [
        [3, 2, PLAN_BUSY, 0n],
        [2, 1, PLAN_BUSY, 0n],
      ]);
    },
  },
  {
    title:
      "while the secondary stores what is under way nothing is assigned; then the view begins right behind it",
    run(t) {
      const bench = primary();
      bench.request(3, 1, 10);
      bench.plan(3, { requestId: 5, kind: PLAN_HANDOVER, primary: 3, secondary: 2 });
      t.is(bench.sent.beacons().at(-1)?.atUs, bench.nowUs, "a beacon asks at once how far the secondary is");
      bench.request(2, 2, 10);
      bench.advance(DEFAULT_TIMING.drainUs / 2);
      t.deepEqual([firstsAssigned(bench), bench.sent.prepares()], [[1n], []]);
      t.deepEqual(bench.sent.refusals(), [], "who asks meanwhile waits");
      drained(bench);
      const view = bench.sent.prepares()[0]?.fields.view ?? 0;
      t.true(view > bench.view);
      bench.promise(2, { view, tail: 11n });
      bench.promise(3, { view });
      const { fields } = bench.sent.accepts().find(({ fields }) => fields.view === view) ?? {};
      t.deepEqual([fields?.primary, fields?.secondary, fields?.base.low], [3, 2, 11]);
      bench.advance(DEFAULT_TIMING.prepareUs);
      t.deepEqual(results(bench), [[3, 5, PLAN_DONE, 11n]]);
    },
  },
  {
    title: "a secondary that stores nothing more is waited for no longer than the drain time",
    run(t) {
      const bench = primary();
      bench.plan(3, { kind: PLAN_HANDOVER, primary: 3 });
      const beganUs = bench.nowUs;
      bench.advance(DEFAULT_TIMING.drainUs + DEFAULT_TIMING.prepareUs);
      const us = (bench.sent.prepares()[0]?.atUs ?? 0) - beganUs;
      t.true(us >= DEFAULT_TIMING.drainUs && us <= DEFAULT_TIMING.drainUs + DEFAULT_TIMING.prepareUs);
    },
  },
  {
    title: "a change that does not come about in its time has failed",
    run(t) {
      const bench = primary();
      bench.plan(3, { requestId: 6, kind: PLAN_HANDOVER, primary: 3 });
      bench.advance(DEFAULT_TIMING.planUs - 1);
      t.deepEqual(results(bench), []);
      bench.advance(1);
      t.deepEqual(results(bench), [[3, 6, PLAN_FAILED, 0n]]);
    },
  },
  {
    title:
      "another card's view that comes in between, and does not do what was planned, is a failure; one that does is not",
    run(t) {
      const outcomes = [
        [{ kind: PLAN_HANDOVER, primary: 3 }, PLAN_FAILED],
        [{ kind: PLAN_HANDOVER, secondary: 1 }, PLAN_FAILED],
        [{ kind: PLAN_SEED, seed: 60n }, PLAN_FAILED],
        [{ kind: PLAN_HANDOVER, primary: 2, secondary: 3 }, PLAN_DONE],
      ] as const;
      for (const [plan, code] of outcomes) {
        const bench = primary();
        bench.plan(3, plan);
        bench.beacon({ view: 0x902, from: 2, secondary: 3, base: 50n, ceiling: 70_000n });
        bench.advance(DEFAULT_TIMING.prepareUs);
        t.deepEqual(results(bench), [[3, 1, code, code === PLAN_DONE ? 50n : 0n]]);
      }
    },
  },
  {
    title: "a PLAN of a wrong length is counted",
    run(t) {
      const bench = primary();
      bench.receive(3, FRAME_PLAN, (frame) => {
        frame.length = 13;
      });
      t.is(bench.card.counters.dropLength, 1);
    },
  },
  {
    title: "a handover under load skips nothing and no host notices it, on fabrics of any shape",
    run(t) {
      for (const [cards, cables, wished] of [
        [3, TRIANGLE, [2, 3]],
        [3, TRIANGLE, [3, 1]],
        [3, TRIANGLE, [0, 1]],
        [4, ring(4), [4, 3]],
        [5, ring(5), [3, 0]],
        [2, line(2), [2, 1]],
      ] as const) {
        const what = `${cards} cards, to ${wished}`;
        const fabric = fabricOf(cards, cables);
        const hosts = new AskingHosts(fabric, () => 3);
        hosts.run(20_000);
        fabric.plan(1, { requestId: 77, kind: PLAN_HANDOVER, primary: wished[0], secondary: wished[1] });
        hosts.run(80_000);
        hosts.asking = false;
        hosts.run(60_000);
        const [result] = fabric.host(1).planResults();
        t.deepEqual(result?.slice(0, 2), [77, PLAN_DONE], what);
        const status = fabric.status(0).status();
        if (wished[0] !== 0) t.is(status.primary, wished[0], what);
        if (wished[1] !== 0) t.is(status.secondary, wished[1], what);
        t.deepEqual([hosts.checker.faults, hosts.refusals.size, hosts.checker.openCount], [[], 0, 0], what);
        const repeated = fabric.cards.reduce(
          (sum, { card }) => sum + (card?.counters.numbersSkipped ?? 0),
          0,
        );
        const held = fabric.status(status.primary - 1).status().held;
        t.is(toBigInt(held), 1n + BigInt(hosts.checker.delivered + repeated), `${what}: nothing is skipped`);
        t.is(repeated, 0, what);
      }
    },
  },
  {
    title: "a seed raises to exactly that number; one below is refused with the least that would do",
    run(t) {
      const fabric = fabricOf(3, TRIANGLE);
      fabric.request(2, 1, 5);
      fabric.run(20_000);
      fabric.plan(2, { requestId: 1, kind: PLAN_SEED, seed: 5n });
      fabric.run(50_000);
      fabric.plan(2, { requestId: 2, kind: PLAN_SEED, seed: 2n ** 53n + 1n });
      fabric.run(100_000);
      t.deepEqual(fabric.host(2).planResults(), [
        [1, PLAN_TOO_LOW, 6n],
        [2, PLAN_DONE, 2n ** 53n + 1n],
      ]);
      fabric.request(1, 2);
      fabric.request(2, 2);
      fabric.run(50_000);
      t.deepEqual([1, 2].map((place) => fabric.host(place).answers().at(-1)?.first).sort(), [
        2n ** 53n + 1n,
        2n ** 53n + 2n,
      ]);
      const { primary: same, secondary } = fabric.status(2).status();
      t.deepEqual([same, secondary], [1, 2], "nobody's role has changed");
      fabric.plan(2, { requestId: 3, kind: PLAN_SEED, seed: 2n ** 53n + 3n });
      fabric.run(100_000);
      t.deepEqual(
        fabric.host(2).planResults().at(-1),
        [3, PLAN_DONE, 2n ** 53n + 3n],
        "the very next is no lower",
      );
      fabric.plan(2, { requestId: 4, kind: PLAN_SEED, seed: LAST });
      fabric.run(100_000);
      fabric.request(0, 9);
      fabric.run(50_000);
      t.is(fabric.host(0).answers().at(-1)?.first, LAST);
    },
  },
];
