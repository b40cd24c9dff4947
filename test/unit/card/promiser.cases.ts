import { PersistentState, STANDING_REMOVED } from "../../../firmware/card/persistent-state.js";
import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { FRAME_ACCEPT, FRAME_PREPARE, REFUSE_NOT_PRIMARY } from "../../../firmware/wire/frame-types.js";
import { PROMISE_FLAG_TAIL } from "../../../firmware/wire/view-frames.js";
import { type AcceptOptions, CardBench, type CardBenchOptions } from "../../support/card-bench.js";
import { toHex } from "../../support/hex.js";
import { toBigInt } from "../../support/layout.js";
import { leasedPrimary, refusalsSent } from "../../support/leased-primary.js";
import type { UnitCase } from "../../support/unit-case.js";

const LEASE_US = DEFAULT_TIMING.leaseUs;
/** Round 2, made by card 3. */
const VIEW = 0x203;

/** Lets `us` pass. What comes next comes before the card looks at its clock: it would begin a change itself. */
function pass(bench: CardBench, us: number): void {
  bench.advance(us - 1);
  bench.nowUs += 1;
}

/** A card that was started, and heard its primary, a lease ago. */
function quiet(cardId: number, options: CardBenchOptions = {}): CardBench {
  const bench = new CardBench({ cardId, ...options });
  bench.beacon({ ceiling: options.first ?? 1n });
  pass(bench, LEASE_US);
  bench.sent.clear();
  return bench;
}

function inFlash(bench: CardBench): PersistentState {
  const state = new PersistentState(bench.storage);
  state.load();
  return state;
}

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
    title: "only the card that a view is named for may ask for it, or announce it",
    run(t) {
      const bench = quiet(2);
      bench.prepare(VIEW, 1);
      bench.accept({ view: VIEW, from: 1 });
      t.is(bench.card.counters.dropRole, 2);
      t.is(bench.sent.frames.length, 0);
      t.is(inFlash(bench).promised, bench.view);
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
  {
    title: "ACCEPT: view, promise and ceiling are one record, and the roles begin warm at its base",
    run(t) {
      const bench = quiet(3);
      bench.restart();
      const { writes } = bench.storage;
      bench.accept({ view: 0x302, primary: 1, secondary: 3, base: 500n, ceiling: 70_000n });
      t.is(bench.storage.writes, writes + 1);
      const { accepted, promised, ceiling } = inFlash(bench);
      t.deepEqual([promised, accepted.number, accepted.primary, accepted.secondary], [0x302, 0x302, 1, 3]);
      t.deepEqual([toBigInt(accepted.base), toBigInt(ceiling)], [500n, 70_000n]);
      const status = bench.status().status();
      t.deepEqual([status.flags, toBigInt(status.held)], [0, 500n]);
      t.is(bench.card.counters.viewsAccepted, 1);
    },
  },
  {
    title: "ACCEPT raises the ceiling and never lowers it; a new primary beacons at once",
    run(t) {
      const bench = quiet(2);
      bench.beacon({ sequence: 2, ceiling: 200_000n });
      bench.sent.clear();
      bench.accept({ view: VIEW, primary: 2, secondary: 3, base: 500n, ceiling: 65_537n });
      t.is(toBigInt(inFlash(bench).ceiling), 200_000n);
      bench.advance(0);
      t.deepEqual(
        bench.sent.beacons().map(({ to, fields }) => [to, fields.view]),
        [
          [1, VIEW],
          [3, VIEW],
        ],
      );
      t.deepEqual(
        bench.sent.accepts().map(({ to, fields }) => [to, fields.view, toBigInt(fields.base)]),
        [
          [1, VIEW, 500n],
          [3, VIEW, 500n],
        ],
        "the view is told in front of them",
      );
    },
  },
  {
    title: "the same ACCEPT again changes nothing: neither what is held, nor a cold card to a warm one",
    run(t) {
      const bench = quiet(2);
      const view: AcceptOptions = { view: VIEW, primary: 1, secondary: 2, base: 500n };
      bench.accept(view);
      bench.store(1, { view: VIEW, first: 500n, count: 9, originator: 3 });
      const { writes } = bench.storage;
      bench.accept(view);
      t.is(toBigInt(bench.status().status().held), 509n);
      t.is(bench.storage.writes, writes);
      bench.restart();
      bench.accept(view);
      bench.store(1, { view: VIEW, first: 509n, originator: 3 });
      t.is(bench.card.counters.storesRefused, 1);
      t.is(bench.card.counters.viewsAccepted, 0);
    },
  },
  {
    title: "nothing below the promise is ever accepted, and what is promised or above is",
    run(t) {
      const bench = quiet(2);
      bench.prepare(0x301);
      bench.accept({ view: VIEW });
      t.is(inFlash(bench).accepted.number, bench.view);
      bench.accept({ view: 0x301 });
      t.is(inFlash(bench).accepted.number, 0x301);
      bench.accept({ view: 0x403 });
      t.deepEqual([inFlash(bench).accepted.number, inFlash(bench).promised], [0x403, 0x403]);
    },
  },
  {
    title: "an ACCEPT that cannot be true is dropped: nothing of it may reach the flash",
    run(t) {
      const untrue: readonly (readonly [string, Partial<AcceptOptions>])[] = [
        ["a primary that is no member", { primary: 9 }],
        ["a secondary that is no member", { secondary: 0 }],
        ["a base above its ceiling", { base: 70_001n, ceiling: 70_000n }],
        ["a ceiling beyond the numbers", { ceiling: 2n ** 63n + 1n }],
        ["a window too small", { windowLog2: 15 }],
        ["a window too large", { windowLog2: 31 }],
        ["all beyond the numbers", { base: 2n ** 64n - 1n, ceiling: 2n ** 64n - 1n }],
      ];
      const bench = quiet(2);
      const before = toHex(bench.storage.record());
      untrue.forEach(([why, options], index) => {
        bench.accept({ view: VIEW, ...options });
        t.is(bench.card.counters.dropRole, index + 1, why);
      });
      t.is(toHex(bench.storage.record()), before);
      bench.accept({ view: VIEW, base: 2n ** 63n, ceiling: 2n ** 63n });
      t.is(inFlash(bench).accepted.number, VIEW, "the very end is a base");
    },
  },
  {
    title: "an ACCEPT whose list cannot be true is dropped",
    run(t) {
      const bench = quiet(2);
      const before = toHex(bench.storage.record());
      const untrue: readonly (readonly [string, AcceptOptions])[] = [
        ["of no view", { view: 0, from: 3 }],
        ["a list that is none", { view: VIEW, list: [] }],
        ["a list with a card of no incarnation", { view: VIEW, list: [...bench.list, [9, 1, 1, 0]] }],
        ["from a card that its list does not have", { view: 0x909, from: 9 }],
        ["a primary without a vote", { view: VIEW, list: [...bench.list, [9, 0]], primary: 9 }],
      ];
      untrue.forEach(([why, options], index) => {
        bench.accept(options);
        t.is(bench.card.counters.dropRole, index + 1, why);
      });
      t.is(toHex(bench.storage.record()), before);
    },
  },
  {
    title: "a later view without this card: it was removed, for good; an older one says nothing",
    run(t) {
      const bench = quiet(2);
      bench.accept({ view: VIEW, primary: 3, secondary: 1, from: 3 });
      const without = bench.list.filter(([card]) => card !== 2);
      const record = toHex(bench.storage.record());
      bench.accept({ view: VIEW - 1, primary: 3, secondary: 1, from: 3, list: without });
      t.is(toHex(bench.storage.record()), record);
      bench.accept({ view: VIEW + 256, primary: 3, secondary: 1, from: 1, list: without });
      t.is(inFlash(bench).standing, STANDING_REMOVED);
      bench.sent.clear();
      bench.prepare(0x903);
      bench.advance(500_000);
      t.is(bench.sent.frames.length, 0, "it is silent");
    },
  },
  {
    title: "a card of the fabric that is no member is told the view by who is ready in it, over its cable",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.hello(1, [], { source: 9 });
      t.deepEqual(bench.sent.accepts(), [], "not ready");
      bench.beacon();
      bench.hello(1, [], { source: 9 });
      t.deepEqual(
        bench.sent.accepts().map(({ link, to, fields }) => [link, to, fields.view]),
        [[1, 9, 0x101]],
      );
      bench.hello(1, [], { source: 3 });
      t.is(bench.sent.accepts().length, 1, "not what seems to be itself");
      t.is(bench.card.counters.dropSource, 3);
    },
  },
  {
    title: "where the flash does not take the new view, the card takes part in nothing more",
    run(t) {
      const bench = quiet(2);
      const { viewsAccepted } = bench.card.counters;
      bench.storage.writesLeft = 0;
      bench.accept({ view: VIEW });
      bench.advance(100_000);
      t.is(bench.sent.frames.length, 0);
      t.is(bench.card.counters.viewsAccepted, viewsAccepted);
      t.is(inFlash(bench).accepted.number, bench.view);
    },
  },
  {
    title: "a beacon of a view that was never announced is taken over like an ACCEPT",
    run(t) {
      const bench = quiet(3);
      bench.prepare(0x202);
      bench.beacon({ view: 0x202, from: 2, secondary: 1, base: 9n, ceiling: 70_000n });
      t.deepEqual([inFlash(bench).accepted.number, toBigInt(inFlash(bench).accepted.base)], [0x202, 9n]);
      t.is(bench.sent.acks().at(-1)?.to, 2);
    },
  },
  {
    title: "frames of a wrong length are counted",
    run(t) {
      const bench = quiet(2);
      for (const type of [FRAME_PREPARE, FRAME_ACCEPT]) {
        bench.receive(3, type, (frame) => {
          frame.length = 13;
        });
      }
      t.is(bench.card.counters.dropLength, 2);
    },
  },
];
