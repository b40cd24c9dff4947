import { PersistentState } from "../../../firmware/card/persistent-state.js";
import { REFUSE_NO_LEASE, REFUSE_NO_SECONDARY } from "../../../firmware/wire/frame-types.js";
import { CardBench } from "../../support/card-bench.js";
import { toBigInt } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

function stateInFlash(bench: CardBench): PersistentState {
  const state = new PersistentState(bench.storage);
  state.load();
  return state;
}

function members(count: number): (readonly [number, number])[] {
  return Array.from({ length: count }, (_, index) => [index + 1, 1] as const);
}

/** Who has which role in a fabric that was founded just now, and what its votes are good for. */
export const firstRolesCases: readonly UnitCase[] = [
  {
    title: "one card is primary, secondary and originator at once, and needs nobody",
    run(t) {
      const bench = new CardBench({ members: [[7, 1]], cardId: 7, first: 10n });
      bench.ask(1, 5);
      bench.ask(2, 1);
      t.deepEqual(
        bench.host.answers().map(({ tag, first, count }) => [tag, first, count]),
        [
          [1, 10n, 5],
          [2, 15n, 1],
        ],
      );
      const status = bench.status().status();
      t.deepEqual([status.primary, status.secondary, status.view], [7, 7, 0x107]);
      t.deepEqual([toBigInt(status.held), toBigInt(status.quorumCeiling)], [16n, 65_546n]);
    },
  },
  {
    title: "the lowest id is primary and the next is secondary, in a fabric of any size",
    run(t) {
      for (const count of [2, 3, 4, 5, 10]) {
        const bench = new CardBench({ members: members(count) });
        const { accepted, promised } = stateInFlash(bench);
        t.deepEqual([accepted.number, accepted.primary, accepted.secondary, promised], [0x101, 1, 2, 0x101]);
      }
    },
  },
  {
    title: "two cards, the first with two votes: it is a quorum alone, but waits for its secondary",
    run(t) {
      const bench = new CardBench({
        members: [
          [1, 2],
          [2, 1],
        ],
      });
      bench.ask(1);
      t.is(bench.status().status().state, REFUSE_NO_SECONDARY);
      bench.advance(10_000);
      bench.ack(2);
      t.is(bench.sent.stores().length, 1, "what was asked for meanwhile");
    },
  },
  {
    title: "two cards, the second with two votes: the first is no quorum without it",
    run(t) {
      const bench = new CardBench({
        members: [
          [1, 1],
          [2, 2],
        ],
      });
      bench.ask(1);
      t.is(bench.status().status().state, REFUSE_NO_LEASE);
      bench.advance(10_000);
      t.is(bench.sent.stores().length, 0);
      bench.ack(2);
      t.is(bench.sent.stores().length, 1, "what was asked for meanwhile");
    },
  },
];
