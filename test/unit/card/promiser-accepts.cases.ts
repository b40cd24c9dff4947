import { STANDING_REMOVED } from "../../../firmware/card/persistent-state.js";
import { NEIGHBOUR_ID } from "../../../firmware/wire/constants.js";
import { FRAME_ACCEPT, FRAME_HELLO, FRAME_PREPARE } from "../../../firmware/wire/frame-types.js";
import { CardBench } from "../../support/card-bench.js";
import type { AcceptOptions } from "../../support/card-bench-options.js";
import { toHex } from "../../support/hex.js";
import { toBigInt } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";
import { inFlash, quiet, VIEW } from "./promiser-bench.js";

export const promiserAcceptsCases: readonly UnitCase[] = [
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
    title: "a neighbour that finds its ways by another list is told the view, if it is in it, ready or not",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.hello(1, [], { checksum: 1 });
      t.deepEqual(
        bench.sent.accepts().map(({ link, to, fields }) => [link, to, fields.view]),
        [[1, 2, 0x101]],
      );
      bench.hello(1);
      bench.receive(2, FRAME_HELLO, () => {}, { destination: NEIGHBOUR_ID, hopsLeft: 1, link: 1 });
      t.is(bench.sent.accepts().length, 1);
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
