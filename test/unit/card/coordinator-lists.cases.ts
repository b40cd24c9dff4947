import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { FRAME_ACCEPT, FRAME_PREPARE } from "../../../firmware/wire/frame-types.js";
import { CardBench } from "../../support/card-bench.js";
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
  VIEW_OF_2,
} from "./coordinator-bench.js";

export const coordinatorListsCases: readonly UnitCase[] = [
  {
    title:
      "by a later list where it has no vote it does not lead: it leaves the change to others for a while",
    run(t) {
      for (const newer of [
        [
          [1, 1],
          [2, 0, 1, 0x1234_5678],
          [3, 1],
          [4, 1],
          [5, 1],
        ],
        [
          [1, 1],
          [3, 1],
          [4, 1],
          [5, 1],
        ],
      ] as const) {
        const bench = leading(2, { members: FIVE });
        bench.promise(4, { view: VIEW_OF_2 });
        bench.promise(3, {
          view: VIEW_OF_2,
          accepted: 0x105,
          primary: 5,
          secondary: 3,
          list: newer,
          tail: 9n,
        });
        bench.promise(5, { view: VIEW_OF_2 });
        t.deepEqual(announced(bench), []);
        bench.sent.clear();
        bench.advance(4 * LEASE_US - 1);
        t.deepEqual(asked(bench), []);
        bench.advance(LEASE_US);
        t.true(asked(bench).length > 0, "the others may be gone");
        const { view } = bench.sent.prepares().at(-1)?.fields ?? { view: 0 };
        t.true(view > VIEW_OF_2);
        bench.promise(4, { view });
        bench.promise(5, { view });
        bench.advance(CHOICE_US);
        t.true(announced(bench).length > 0, "a quorum that knows of no newer list");
      }
    },
  },
  {
    title:
      "a later list that a promise tells is taken over as it is: who told it may be the one who may not lead",
    run(t) {
      const bench = leading(2);
      const joint = [
        [1, 0, 1],
        [2, 2, 1, bench.incarnation],
        [3, 1],
      ] as const;
      bench.promise(1, {
        view: VIEW_OF_2,
        accepted: 0x103,
        primary: 2,
        secondary: 3,
        base: 40n,
        list: joint,
      });
      t.deepEqual(announced(bench), [
        [1, 2, 2, 40n],
        [3, 2, 2, 40n],
      ]);
      const { members, accepted } = inFlash(bench);
      t.deepEqual([accepted.number, members.isJoint, members.votesAt(0)], [VIEW_OF_2, true, 0]);
    },
  },
  {
    title:
      "by a later list it counts by that one, keeps what was promised, and asks who is new; its plan is dropped",
    run(t) {
      const bench = leading(2, { members: FIVE, neighbours: [1, 3, 4, 5, 6] });
      const list = [
        [1, 1],
        [2, 1, 1, bench.incarnation],
        [3, 1],
        [4, 1],
        [5, 1],
        [6, 1, 0],
      ] as const;
      const newer = { view: VIEW_OF_2, accepted: 0x104, primary: 4, secondary: 6, list } as const;
      bench.promise(1, { view: VIEW_OF_2 });
      bench.promise(3, newer);
      bench.hello(4);
      bench.sent.clear();
      bench.advance(AGAIN_US);
      t.deepEqual(
        asked(bench).map(([to]) => to),
        [4, 5, 6],
        "6 is asked, and 1 has promised still",
      );
      t.deepEqual(announced(bench), []);
      bench.promise(6, { ...newer, base: 30n, tail: 35n });
      t.deepEqual(
        announced(bench).map(([to, , , base]) => [to, base]),
        [1, 3, 4, 5, 6].map((to) => [to, 35n]),
      );
      t.is(inFlash(bench).members.count, 6);
    },
  },
  {
    title: "what a card that is not in the later list promises is of no use",
    run(t) {
      const bench = leading(2, { members: FIVE });
      const list = [
        [1, 1],
        [2, 1, 1, bench.incarnation],
        [3, 1],
      ] as const;
      bench.promise(3, { view: VIEW_OF_2, accepted: 0x103, primary: 3, secondary: 1, list });
      t.deepEqual(announced(bench), [], "it would have to know what 1 holds");
      bench.promise(5, { view: VIEW_OF_2 });
      bench.promise(4, { view: VIEW_OF_2 });
      t.is(bench.card.counters.promisesLate, 2);
      bench.advance(CHOICE_US);
      t.deepEqual(
        announced(bench).map(([to]) => to),
        [1, 3],
      );
    },
  },
  {
    title: "who is in a list that it has only heard of is asked too",
    run(t) {
      const bench = new CardBench({ cardId: 3, neighbours: [1, 2, 4] });
      bench.beacon({ ceiling: 1n });
      bench.advance(LEASE_US);
      bench.prepare(0x901);
      bench.accept({
        view: 0x404,
        primary: 2,
        secondary: 4,
        list: [
          [2, 1],
          [3, 1, 1, bench.incarnation],
          [4, 1],
        ],
      });
      bench.sent.clear();
      bench.advance(3 * LEASE_US);
      const view = asked(bench)[0]?.[1];
      t.deepEqual(
        new Set(
          asked(bench)
            .filter(([, other]) => other === view)
            .map(([to]) => to),
        ),
        new Set([2, 4]),
      );
      t.true(
        bench.sent.accepts().every(({ to }) => to !== 4),
        "4 is not in the view that it has accepted",
      );
    },
  },
  {
    title: "a list that it has only heard of, and by which it reaches nobody, is forgotten after a while",
    run(t) {
      const bench = new CardBench({ cardId: 3, members: FIVE, neighbours: [1, 2, 4, 5] });
      bench.beacon({ ceiling: 1n });
      bench.advance(LEASE_US);
      bench.prepare(0x901);
      bench.accept({
        view: 0x404,
        from: 7,
        primary: 7,
        secondary: 8,
        list: [
          [3, 1, 1, bench.incarnation],
          [7, 1, 1, 7],
          [8, 1, 1, 8],
        ],
        lastCardId: 8,
      });
      bench.sent.clear();
      bench.advance(4 * LEASE_US - 1);
      t.deepEqual(asked(bench), [], "its neighbours are none by that list");
      bench.advance(2 * LEASE_US);
      t.deepEqual(new Set(asked(bench).map(([to]) => to)), new Set([1, 2, 4, 5]));
    },
  },
  {
    title: "in front of the second PREPARE goes the view that made its sender a member, to who is in it",
    run(t) {
      const bench = leading(2);
      const asksAlone = bench.sent.frames
        .map(({ frame }) => frame.bytes[1])
        .filter((type) => type === FRAME_ACCEPT);
      t.deepEqual(asksAlone, [], "mostly all know it, and it is long");
      bench.sent.clear();
      bench.advance(AGAIN_US);
      const sent = bench.sent.frames.map(({ frame }) => [frame.bytes[1], frame.bytes[3]]);
      t.deepEqual(
        sent.filter(([type]) => type === FRAME_ACCEPT || type === FRAME_PREPARE),
        [
          [FRAME_ACCEPT, 1],
          [FRAME_PREPARE, 1],
          [FRAME_ACCEPT, 3],
          [FRAME_PREPARE, 3],
        ],
      );
      t.is(bench.sent.accepts()[0]?.fields.view, bench.view);
    },
  },
  {
    title: "its own view goes in front of every eighth question only",
    run(t) {
      const bench = leading(2);
      bench.advance(9 * AGAIN_US);
      const asked = bench.sent.prepares().filter(({ to }) => to === 3);
      const told = bench.sent.accepts().filter(({ to }) => to === 3);
      t.deepEqual([asked.length, told.length], [10, 2]);
      t.deepEqual(
        told.map(({ atUs }) => atUs),
        [asked[1]?.atUs, asked[9]?.atUs],
      );
    },
  },
  {
    title: "a settled list is not told to who leaves: it is still needed, and would think itself removed",
    run(t) {
      const bench = new CardBench({ cardId: 1 });
      bench.advance(2 * LEASE_US);
      const list = [
        [1, 2, 1, bench.incarnation],
        [2, 1],
        [3, 0, 1],
      ] as const;
      const joint = { view: 0x902, primary: 1, secondary: 2, list } as const;
      bench.accept(joint);
      bench.advance(1000);
      for (const card of [2, 3]) bench.ack(card, { view: joint.view });
      bench.advance(DEFAULT_TIMING.beaconUs + 1000);
      const view = bench.sent.prepares().at(-1)?.fields.view as number;
      for (const card of [2, 3]) bench.promise(card, { ...joint, view, accepted: joint.view, tail: 1n });
      bench.advance(1000);
      t.is(inFlash(bench).members.count, 2);
      const told = bench.sent.accepts().filter(({ fields }) => fields.view === view);
      t.deepEqual(new Set(told.map(({ to }) => to)), new Set([2]));
    },
  },
  {
    title: "a later view with the same list is no reason to stand back",
    run(t) {
      const bench = leading(2);
      bench.promise(3, { view: VIEW_OF_2, accepted: 0x103, primary: 3, secondary: 1, tail: 77n });
      t.deepEqual(
        announced(bench).map(([, , , base]) => base),
        [77n, 77n],
      );
    },
  },
  {
    title: "a card without a vote leads nothing",
    run(t) {
      const bench = new CardBench({ cardId: 3, uninitialised: true });
      bench.initialise();
      const list = [
        [1, 1],
        [2, 1],
        [3, 0, 0, bench.incarnation],
      ] as const;
      bench.accept({ view: 0x201, primary: 1, secondary: 2, list });
      bench.advance(1_000_000);
      t.deepEqual(asked(bench), []);
      bench.prepare(VIEW_OF_2);
      t.is(bench.sent.promises().length, 1, "but it promises, as others count it");
    },
  },
];
