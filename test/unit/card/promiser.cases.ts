import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { REFUSE_NOT_PRIMARY } from "../../../firmware/wire/frame-types.js";
import { PROMISE_FLAG_TAIL } from "../../../firmware/wire/view-frames.js";
import { CardBench } from "../../support/card-bench.js";
import { toBigInt } from "../../support/layout.js";
import { leasedPrimary, refusalsSent } from "../../support/leased-primary.js";
import type { UnitCase } from "../../support/unit-case.js";
import { inFlash, LEASE_US, pass, quiet, VIEW } from "./promiser-bench.js";

/** What the card has promised: to whom, which view. */
function promisesSent(bench: CardBench): number[][] {
  return bench.sent.promises().map(({ to, fields }) => [to, fields.view]);
}

/** What it has declined: to whom, which view, and what it had promised. */
function declinesSent(bench: CardBench): number[][] {
  return bench.sent.declines().map(({ to, fields }) => [to, fields.view, fields.promised]);
}

export const promiserCases: readonly UnitCase[] = [
  {
    title: "a promise is in flash before it is given, and the view accepted before stays",
    run(t) {
      const bench = quiet(2);
      const { writes } = bench.storage;
      bench.prepare(VIEW);
      t.is(bench.storage.writes, writes + 1);
      t.deepEqual([inFlash(bench).promised, inFlash(bench).accepted.number], [VIEW, bench.view]);
      t.deepEqual(promisesSent(bench), [[3, VIEW]]);
      const status = bench.status().status();
      t.deepEqual([status.promised, status.view], [VIEW, bench.view]);
    },
  },
  {
    title:
      "where the flash does not take the promise, none is given, none is declined, and the card is silent for good",
    run(t) {
      const bench = quiet(2);
      bench.storage.writesLeft = 0;
      bench.prepare(VIEW);
      bench.prepare(VIEW);
      bench.advance(500_000);
      t.is(bench.sent.frames.length, 0);
      t.is(inFlash(bench).promised, bench.view);
    },
  },
  {
    title:
      "it promises nothing that it has promised to another, and nothing below; what it promised it repeats unwritten",
    run(t) {
      const bench = quiet(2);
      bench.prepare(VIEW);
      const { writes } = bench.storage;
      bench.sent.clear();
      bench.prepare(0x201);
      bench.prepare(0x1ff, 255);
      bench.prepare(bench.view);
      t.deepEqual(declinesSent(bench), [
        [1, 0x201, VIEW],
        [1, bench.view, VIEW],
      ]);
      bench.prepare(VIEW);
      bench.prepare(VIEW);
      t.deepEqual(promisesSent(bench), [
        [3, VIEW],
        [3, VIEW],
      ]);
      t.is(bench.storage.writes, writes);
      bench.prepare(0x301);
      t.is(promisesSent(bench).length, 3, "but a higher one");
      t.is(inFlash(bench).promised, 0x301);
    },
  },
  {
    title: "a view that is accepted is promised to nobody any more",
    run(t) {
      const bench = quiet(2);
      bench.accept({ view: VIEW });
      bench.prepare(VIEW);
      t.deepEqual(declinesSent(bench), [[3, VIEW, VIEW]]);
    },
  },
  {
    title: "only the card that a view is named for may ask for it; any member of it may pass on what it is",
    run(t) {
      const bench = quiet(2);
      bench.prepare(VIEW, 1);
      t.is(bench.card.counters.dropRole, 1);
      t.is(bench.sent.frames.length, 0);
      t.is(inFlash(bench).promised, bench.view);
      bench.accept({ view: VIEW, from: 1 });
      t.is(inFlash(bench).accepted.number, VIEW);
    },
  },
  {
    title:
      "of a view that it may not accept any more it learns whom to hear: who is new there may ask for its promise",
    run(t) {
      const bench = new CardBench({ cardId: 3, neighbours: [1, 2, 4] });
      bench.beacon({ ceiling: 1n });
      pass(bench, LEASE_US);
      bench.prepare(0x901);
      const without4 = [
        [2, 1],
        [3, 1, 1, bench.incarnation],
      ] as const;
      const list = [...without4, [4, 1]] as const;
      bench.prepare(0xa04);
      t.is(promisesSent(bench).length, 1, "4 is nobody yet");
      bench.accept({ view: 0x404, primary: 2, secondary: 4, list });
      bench.accept({ view: 0x302, primary: 2, secondary: 3, list: without4 });
      t.deepEqual([inFlash(bench).promised, inFlash(bench).accepted.number], [0x901, bench.view]);
      bench.hello(2);
      bench.prepare(0xa04);
      t.deepEqual(promisesSent(bench).at(-1), [4, 0xa04]);
      const { dropSource } = bench.card.counters;
      bench.request(4, 1);
      t.is(bench.card.counters.dropSource, dropSource + 1, "but for nothing else");
      bench.accept({ view: 0xa04, primary: 2, secondary: 3, from: 1 });
      bench.prepare(0xb04);
      t.is(bench.card.counters.dropSource, dropSource + 2, "a newer view without 4");
    },
  },
  {
    title: "while the grant to a primary runs, nobody else is promised anything, to the microsecond",
    run(t) {
      const bench = quiet(2);
      bench.beacon({ sequence: 2, ceiling: 1n });
      bench.advance(LEASE_US - 1);
      bench.prepare(VIEW);
      t.deepEqual(promisesSent(bench), []);
      t.deepEqual(declinesSent(bench), [[3, VIEW, bench.view]]);
      bench.prepare(0x201);
      t.deepEqual(promisesSent(bench), [[1, 0x201]], "it was given to card 1, and hinders not that one");
      bench.beacon({ view: 0x301, from: 1, secondary: 3, ceiling: 1n });
      bench.advance(LEASE_US - 1);
      bench.prepare(0x403);
      t.is(promisesSent(bench).length, 1);
      bench.advance(1);
      bench.prepare(0x403);
      t.deepEqual(promisesSent(bench).at(-1), [3, 0x403]);
    },
  },
  {
    title: "for a lease after its start a card promises nothing: it may have forgotten a grant",
    run(t) {
      const bench = quiet(2);
      bench.restart();
      bench.advance(LEASE_US - 1);
      bench.prepare(VIEW);
      t.deepEqual(promisesSent(bench), []);
      t.deepEqual(declinesSent(bench), [[3, VIEW, bench.view]]);
      pass(bench, 1);
      bench.prepare(VIEW);
      t.deepEqual(promisesSent(bench), [[3, VIEW]]);
    },
  },
  {
    title: "a primary relies on its own vote, too: while its lease lasts it promises nobody else anything",
    run(t) {
      const bench = leasedPrimary();
      bench.advance(50_000);
      bench.ack(2);
      const sentUs = bench.sent.beacons().at(-1)?.atUs ?? 0;
      bench.advance(sentUs + LEASE_US - DEFAULT_TIMING.leaseMarginUs - 1 - bench.nowUs);
      bench.prepare(VIEW);
      t.deepEqual(declinesSent(bench), [[3, VIEW, bench.view]]);
      bench.advance(1);
      bench.prepare(VIEW);
      t.deepEqual(promisesSent(bench), [[3, VIEW]]);
    },
  },
  {
    title: "the primary tells its next number, the secondary what it stored, another nothing",
    run(t) {
      const primary = leasedPrimary({ first: 100n });
      primary.request(3, 1, 11);
      primary.advance(100_000);
      primary.prepare(0x4_00_03);
      const secondary = quiet(2, { first: 100n });
      secondary.store(1, { first: 100n, count: 7, originator: 3 });
      secondary.prepare(VIEW);
      const other = quiet(3, { first: 100n });
      other.prepare(0x202);
      const tell = (bench: CardBench): unknown[] => {
        const fields = bench.sent.promises().at(-1)?.fields;
        if (fields === undefined) return [];
        const { accepted, base, tail, flags } = fields;
        return [accepted, fields.primary, fields.secondary, toBigInt(base), toBigInt(tail), flags];
      };
      t.deepEqual(tell(primary), [0x101, 1, 2, 100n, 111n, PROMISE_FLAG_TAIL]);
      t.deepEqual(tell(secondary), [0x101, 1, 2, 100n, 107n, PROMISE_FLAG_TAIL]);
      t.deepEqual(tell(other), [0x101, 1, 2, 100n, 0n, 0]);
    },
  },
  {
    title: "the ceiling that is told is that in flash",
    run(t) {
      const bench = quiet(3);
      bench.beacon({ sequence: 2, ceiling: 90_000n, windowLog2: 23 });
      bench.advance(LEASE_US);
      bench.prepare(0x202);
      const promised = bench.sent.promises()[0]?.fields;
      t.deepEqual([promised?.ceiling.low, promised?.windowLog2], [90_000, 23]);
    },
  },
  {
    title: "a card that was restarted in its view says that it knows no tail, whatever its role",
    run(t) {
      for (const cardId of [1, 2, 3]) {
        const bench = quiet(cardId);
        bench.restart();
        pass(bench, LEASE_US);
        const coordinator = cardId === 3 ? 2 : 3;
        bench.prepare(0x40_00 + coordinator);
        t.deepEqual(
          bench.sent.promises().map(({ fields }) => [fields.flags, toBigInt(fields.tail)]),
          [[0, 0n]],
        );
      }
    },
  },
  {
    title: "from its promise on a card acts in no lower view: it assigns, stores and acknowledges nothing",
    run(t) {
      const primary = leasedPrimary();
      primary.advance(100_000);
      primary.prepare(0x4_00_03);
      primary.sent.clear();
      primary.ack(2);
      primary.request(3, 7);
      primary.advance(20_000);
      t.deepEqual(refusalsSent(primary), [[3, 7, REFUSE_NOT_PRIMARY]]);
      t.deepEqual([primary.sent.stores(), primary.sent.beacons()], [[], []]);

      const secondary = quiet(2);
      secondary.prepare(VIEW);
      secondary.store(1, { originator: 3 });
      secondary.beacon({ sequence: 3 });
      t.is(secondary.card.counters.storesRefused, 1);
      t.deepEqual([secondary.sent.answers(), secondary.sent.acks()], [[], []]);
    },
  },
  {
    title: "what stood under way when it promised is not in what it tells: the tail is final",
    run(t) {
      const bench = quiet(2);
      bench.store(1, { first: 1n, count: 5, originator: 3 });
      bench.prepare(VIEW);
      bench.store(1, { first: 6n, count: 5, originator: 3 });
      bench.prepare(VIEW);
      t.deepEqual(
        bench.sent.promises().map(({ fields }) => toBigInt(fields.tail)),
        [6n, 6n],
      );
    },
  },
];
