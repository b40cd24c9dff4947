import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { FRAME_DECLINE, FRAME_PROMISE } from "../../../firmware/wire/frame-types.js";
import { CardBench } from "../../support/card-bench.js";
import type { PromiseOptions } from "../../support/card-bench-options.js";
import { snapshot, toBigInt } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";
import {
  AGAIN_US,
  announced,
  asked,
  CHOICE_US,
  FIVE,
  inFlash,
  LEASE_US,
  leading,
  PREPARE_US,
  VIEW_OF_2,
  VIEW_OF_3,
} from "./coordinator-bench.js";

export const coordinatorCases: readonly UnitCase[] = [
  {
    title: "promises its view itself, in flash, then asks everybody; again those who have not promised",
    run(t) {
      const bench = leading(2);
      t.is(inFlash(bench).promised, VIEW_OF_2);
      t.is(bench.card.counters.viewChangesStarted, 1);
      bench.advance(AGAIN_US);
      t.deepEqual(asked(bench), [
        [1, VIEW_OF_2, LEASE_US],
        [3, VIEW_OF_2, LEASE_US],
        [1, VIEW_OF_2, LEASE_US + AGAIN_US],
        [3, VIEW_OF_2, LEASE_US + AGAIN_US],
      ]);
      t.is(bench.card.counters.viewChangesStarted, 1, "it is one change");
    },
  },
  {
    title: "those who have promised are not asked again",
    run(t) {
      const bench = leading(2, { members: FIVE });
      bench.promise(4, { view: VIEW_OF_2 });
      bench.sent.clear();
      bench.advance(AGAIN_US);
      t.deepEqual(
        asked(bench).map(([to]) => to),
        [1, 3, 5],
      );
      t.deepEqual(announced(bench), [], "two of five are no quorum");
    },
  },
  {
    title:
      "where one says that it cannot promise yet, all that lack are asked again sooner: grants run out within a beacon",
    run(t) {
      const bench = leading(2, { members: FIVE });
      bench.advance(PREPARE_US - 1);
      bench.decline(3, VIEW_OF_2, bench.view);
      t.is(asked(bench).length, 4);
      bench.advance(1);
      t.is(asked(bench).length, 8);
      bench.decline(3, VIEW_OF_2, bench.view);
      bench.advance(PREPARE_US);
      t.is(asked(bench).length, 12);
      bench.decline(3, 0x102, bench.view);
      bench.advance(PREPARE_US);
      t.is(asked(bench).length, 12, "a word about another view is none");
      bench.advance(AGAIN_US - PREPARE_US);
      t.is(asked(bench).length, 16);
    },
  },
  {
    title: "who could tell the number is asked once more before a ceiling is taken for it",
    run(t) {
      const bench = leading(3);
      bench.promise(1, { view: VIEW_OF_3, ceiling: 5000n });
      bench.sent.clear();
      bench.advance(PREPARE_US);
      t.deepEqual(
        asked(bench).map(([to]) => to),
        [2],
      );
      t.deepEqual(announced(bench), []);
      bench.advance(CHOICE_US - PREPARE_US);
      t.deepEqual(announced(bench)[0], [1, 1, 3, 5000n]);
    },
  },
  {
    title: "with a quorum and a known number it chooses at once, tells everybody, and begins itself",
    run(t) {
      const bench = leading(2);
      bench.promise(3, { view: VIEW_OF_2, ceiling: 70_000n });
      t.deepEqual(announced(bench), [
        [1, 2, 3, 21n],
        [3, 2, 3, 21n],
      ]);
      const { accepted, ceiling } = inFlash(bench);
      t.deepEqual([accepted.number, accepted.primary, accepted.secondary], [VIEW_OF_2, 2, 3]);
      t.deepEqual([toBigInt(accepted.base), toBigInt(ceiling)], [21n, 70_000n]);
      t.deepEqual(
        bench.sent.beacons().map(({ to, fields }) => [to, fields.view]),
        [
          [1, VIEW_OF_2],
          [3, VIEW_OF_2],
        ],
        "at once",
      );
      bench.advance(DEFAULT_TIMING.beaconUs);
      t.is(bench.sent.beacons().length, 4);
      t.deepEqual(
        announced(bench).map(([to]) => to),
        [1, 3, 1, 3],
        "who has just been told the view is told it again with the second beacon only",
      );
    },
  },
  {
    title: "where nobody tells the number yet it waits a while for who can, then takes the highest ceiling",
    run(t) {
      const patient = leading(3);
      patient.promise(1, { view: VIEW_OF_3, ceiling: 5000n });
      patient.advance(CHOICE_US - 1);
      t.deepEqual(announced(patient), []);
      patient.promise(2, { view: VIEW_OF_3, tail: 77n });
      t.deepEqual(announced(patient)[0], [1, 2, 1, 77n]);

      const alone = leading(3);
      alone.promise(1, { view: VIEW_OF_3, ceiling: 5000n });
      alone.advance(CHOICE_US);
      t.deepEqual(announced(alone)[0], [1, 1, 3, 5000n]);
    },
  },
  {
    title: "where all have promised and nobody knows the number, there is nothing to wait for",
    run(t) {
      const bench = leading(3);
      bench.promise(1, { view: VIEW_OF_3, ceiling: 5000n });
      bench.promise(2, { view: VIEW_OF_3, ceiling: 6000n });
      t.deepEqual(announced(bench)[0], [1, 1, 2, 6000n]);
    },
  },
  {
    title: "it chooses once: what is promised later changes nothing, and what is announced again is the same",
    run(t) {
      const bench = leading(3);
      bench.promise(2, { view: VIEW_OF_3, tail: 50n });
      bench.promise(1, { view: VIEW_OF_3, tail: 60n, ceiling: 90_000n });
      bench.promise(2, { view: VIEW_OF_3, tail: 70n });
      t.is(bench.card.counters.promisesLate, 2);
      bench.decline(1, VIEW_OF_3, 0x901);
      bench.advance(4 * PREPARE_US);
      const accepts = bench.sent.accepts().filter(({ fields }) => fields.view === VIEW_OF_3);
      t.is(accepts.length, 6);
      t.is(new Set(accepts.map(({ fields }) => snapshot(fields))).size, 1);
      t.is(bench.sent.prepares().at(-1)?.atUs, accepts[0]?.atUs, "and nobody is asked any more");
    },
  },
  {
    title: "it announces until the new primary is heard",
    run(t) {
      const bench = leading(3);
      bench.promise(2, { view: VIEW_OF_3, tail: 50n });
      t.deepEqual(announced(bench)[0], [1, 2, 3, 50n]);
      bench.beacon({ view: VIEW_OF_3, from: 2, secondary: 3, base: 50n, ceiling: 65_586n });
      bench.sent.clear();
      bench.advance(5 * PREPARE_US);
      t.deepEqual(announced(bench), []);
    },
  },
  {
    title:
      "a DECLINE with a higher promise: its next try lies above that; one with a lower: it goes on asking",
    run(t) {
      const bench = leading(2);
      bench.decline(3, VIEW_OF_2, bench.view);
      bench.sent.clear();
      bench.advance(PREPARE_US);
      t.deepEqual(new Set(asked(bench).map(([, view]) => view)), new Set([VIEW_OF_2]));
      bench.decline(3, 0x102, 0x2001);
      bench.decline(3, VIEW_OF_2, 0x1001);
      bench.sent.clear();
      bench.promise(1, { view: VIEW_OF_2, tail: 5n });
      t.is(bench.card.counters.promisesLate, 1, "it has given that view up");
      bench.advance(2 * LEASE_US);
      t.deepEqual(asked(bench)[0]?.slice(0, 2), [1, 0x1102]);
      t.is(inFlash(bench).promised, 0x1102);
    },
  },
  {
    title: "overtaken by a higher view that it promised, it falls silent, and takes no promise more",
    run(t) {
      const bench = leading(2);
      bench.prepare(0x303);
      bench.sent.clear();
      bench.promise(1, { view: VIEW_OF_2, tail: 5n });
      bench.advance(4 * PREPARE_US);
      t.deepEqual([asked(bench), announced(bench)], [[], []]);
      t.is(bench.card.counters.promisesLate, 1);
    },
  },
  {
    title: "chosen, then overtaken: it announces no more",
    run(t) {
      const bench = leading(3);
      bench.promise(2, { view: VIEW_OF_3, tail: 50n });
      bench.prepare(0x301);
      bench.sent.clear();
      bench.advance(4 * PREPARE_US);
      t.deepEqual(announced(bench), []);
    },
  },
  {
    title: "promises of another view, or to a card that asked for none, are late",
    run(t) {
      const bench = leading(2);
      bench.promise(3, { view: 0x102 });
      bench.promise(3, { view: 0x302 });
      const idle = new CardBench({ cardId: 2 });
      idle.promise(3, { view: VIEW_OF_2 });
      t.deepEqual([bench.card.counters.promisesLate, idle.card.counters.promisesLate], [2, 1]);
      t.deepEqual(announced(bench), []);
    },
  },
  {
    title: "a promise that cannot be true has no say in the base",
    run(t) {
      const untrue: readonly (readonly [string, Partial<PromiseOptions>])[] = [
        ["accepted the very view", { accepted: VIEW_OF_2 }],
        ["accepted a higher one", { accepted: 0x901 }],
        ["accepted no view", { accepted: 0 }],
        ["a list that is none", { list: [] }],
        [
          "a list with a card of no incarnation",
          {
            list: [
              [1, 1],
              [2, 1],
              [3, 1, 1, 0],
            ],
          },
        ],
        ["a primary that is no member", { primary: 9 }],
        ["a secondary that is no member", { secondary: 0 }],
        ["a base above its ceiling", { base: 80_000n, ceiling: 70_000n }],
        ["a ceiling beyond the numbers", { ceiling: 2n ** 63n + 1n }],
        ["a window too small", { windowLog2: 15 }],
        ["a window too large", { windowLog2: 31 }],
        ["a tail beyond the numbers", { tail: 2n ** 63n + 1n }],
      ];
      const bench = leading(2);
      untrue.forEach(([why, options], index) => {
        bench.promise(3, { view: VIEW_OF_2, ...options });
        t.is(bench.card.counters.dropRole, index + 1, why);
      });
      t.deepEqual(announced(bench), []);
      bench.promise(3, { view: VIEW_OF_2, ceiling: 2n ** 63n });
      t.is(announced(bench).length, 2, "the very end is a ceiling");
    },
  },
  {
    title: "a new view has the window that belongs to the ceiling that was promised highest",
    run(t) {
      const bench = leading(2);
      bench.promise(3, { view: VIEW_OF_2, ceiling: 90_000_000n, windowLog2: 22 });
      t.deepEqual(
        bench.sent
          .accepts()
          .filter(({ fields }) => fields.view === VIEW_OF_2)
          .map(({ fields }) => [toBigInt(fields.ceiling), fields.windowLog2]),
        [
          [90_000_000n, 22],
          [90_000_000n, 22],
        ],
      );
    },
  },
  {
    title: "where no quorum can be reached it asks nobody and writes nothing, until one can",
    run(t) {
      // Cables count as cut before the silence of the primary counts for anything.
      const timing = { ...DEFAULT_TIMING, linkDeadUs: LEASE_US - 10_000 };
      const bench = new CardBench({ cardId: 2, timing });
      bench.helloing = false;
      bench.beacon({ ceiling: 1n });
      const { writes } = bench.storage;
      bench.sent.clear();
      bench.advance(1_000_000);
      t.deepEqual([asked(bench), bench.storage.writes], [[], writes]);
      bench.hello(1);
      bench.advance(PREPARE_US);
      t.deepEqual(
        asked(bench).map(([to, view]) => [to, view]),
        [[3, VIEW_OF_2]],
        "to card 1 there still is no way",
      );
      t.is(bench.storage.writes, writes + 1);
    },
  },
  {
    title: "it promises itself by the same rules: not within a lease after its start",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.advance(10_000);
      bench.restart();
      const startedUs = bench.nowUs;
      bench.advance(LEASE_US - 1);
      t.deepEqual(asked(bench), []);
      bench.advance(1);
      t.deepEqual(asked(bench)[0], [1, VIEW_OF_2, startedUs + LEASE_US]);
    },
  },
  {
    title: "where its flash does not take its own promise, it asks nobody",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.beacon({ ceiling: 1n });
      bench.storage.writesLeft = 0;
      bench.sent.clear();
      bench.advance(300_000);
      t.deepEqual(asked(bench), []);
      t.is(inFlash(bench).promised, bench.view);
    },
  },
  {
    title: "behind the last round there is no further view",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.accept({ view: 0xffff_ffff * 256 + 1, primary: 1, secondary: 2 });
      bench.sent.clear();
      bench.advance(500_000);
      t.deepEqual(asked(bench), []);
    },
  },
  {
    title: "its view lies above every one that it was asked for and could not promise",
    run(t) {
      const bench = new CardBench({ cardId: 2 });
      bench.beacon({ ceiling: 1n });
      bench.prepare(0x903);
      bench.prepare(0x803);
      t.is(inFlash(bench).promised, bench.view);
      bench.advance(LEASE_US);
      t.is(asked(bench)[0]?.[1], 0xa02);
    },
  },
  {
    title: "frames of a wrong length are counted",
    run(t) {
      const bench = leading(2);
      for (const type of [FRAME_PROMISE, FRAME_DECLINE]) {
        bench.receive(3, type, (frame) => {
          frame.length = 13;
        });
      }
      t.is(bench.card.counters.dropLength, 2);
    },
  },
];
