import { DEFAULT_TIMING } from "../../../firmware/wire/constants.js";
import { FRAME_HOST_PLAN_RESULT, FRAME_PLAN_RESULT } from "../../../firmware/wire/frame-types.js";
import {
  PLAN_BUSY,
  PLAN_DONE,
  PLAN_FAILED,
  PLAN_HANDOVER,
  PLAN_NOT_READY,
  PLAN_SEED,
  PLAN_TOO_LOW,
} from "../../../firmware/wire/plan-frames.js";
import { CardBench, SESSION } from "../../support/card-bench.js";
import { hostClose, hostInit, hostOpen, hostPlan } from "../../support/host-frames.js";
import { toBigInt, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

function ready(): CardBench {
  const bench = new CardBench({ cardId: 3 });
  bench.beacon({ ceiling: 1n });
  return bench;
}

/** The card of whose plan the primary has heard: by request id. */
function sent(bench: CardBench): number[][] {
  return bench.sent.plans().map(({ to, fields }) => [to, fields.requestId]);
}

export const planDeskCases: readonly UnitCase[] = [
  {
    title: "what the host plans goes to the primary as it is, and its result back to the host",
    run(t) {
      const bench = ready();
      bench.askPlan({
        requestId: 0xffff_ffff,
        kind: PLAN_HANDOVER,
        primary: 3,
        secondary: 1,
        seed: 2n ** 62n,
      });
      const plan = bench.sent.plans()[0];
      t.deepEqual([plan?.to, plan?.fields.requestId, plan?.fields.kind], [1, 0xffff_ffff, PLAN_HANDOVER]);
      t.deepEqual([plan?.fields.primary, plan?.fields.secondary], [3, 1]);
      t.is(plan && toBigInt(plan.fields.seed), 2n ** 62n);
      bench.planResult(1, 0xffff_ffff, PLAN_DONE, 2n ** 53n + 1n);
      t.deepEqual(bench.host.planResults(), [[0xffff_ffff, PLAN_DONE, 2n ** 53n + 1n]]);
    },
  },
  {
    title: "a host that has missed the answer asks again, and gets the same; a new session gets none",
    run(t) {
      const bench = ready();
      bench.askPlan({ requestId: 4, kind: PLAN_SEED, seed: 5n });
      bench.planResult(1, 4, PLAN_DONE, 5n);
      bench.planResult(1, 77, PLAN_FAILED);
      bench.askPlan({ requestId: 4, kind: PLAN_SEED, seed: 5n });
      t.deepEqual(bench.host.planResults(), [
        [4, PLAN_DONE, 5n],
        [4, PLAN_DONE, 5n],
      ]);
      t.is(sent(bench).length, 1);
      bench.fromHost(hostOpen(SESSION + 1));
      bench.fromHost(hostPlan(SESSION + 1, { requestId: 4, kind: PLAN_SEED, seed: 5n }));
      t.is(sent(bench).length, 2, "that is another host's");
    },
  },
  {
    title: "a card that is no member any more passes nothing on, and says in the end that it failed",
    run(t) {
      const bench = ready();
      bench.askPlan({ requestId: 1, kind: PLAN_SEED, seed: 5n });
      bench.fromHost(hostInit({ cardId: 3, fabricId: 8, replacesFabricId: 7, first: uint64(70_000n) }));
      bench.askPlan({ requestId: 1, kind: PLAN_SEED, seed: 5n });
      t.deepEqual(sent(bench), [[1, 1]]);
      bench.advance(2 * DEFAULT_TIMING.planUs);
      t.deepEqual(bench.host.planResults(), [[1, PLAN_FAILED, 0n]]);
    },
  },
  {
    title: "one at a time: another is refused as busy, the same again is passed on again",
    run(t) {
      const bench = ready();
      bench.askPlan({ requestId: 1, kind: PLAN_SEED, seed: 5n });
      bench.askPlan({ requestId: 1, kind: PLAN_SEED, seed: 5n });
      bench.askPlan({ requestId: 2, kind: PLAN_SEED, seed: 6n });
      t.deepEqual(sent(bench), [
        [1, 1],
        [1, 1],
      ]);
      t.deepEqual(bench.host.planResults(), [[2, PLAN_BUSY, 0n]]);
      bench.planResult(1, 1, PLAN_TOO_LOW, 9n);
      bench.askPlan({ requestId: 2, kind: PLAN_SEED, seed: 10n });
      t.deepEqual(sent(bench).at(-1), [1, 2]);
    },
  },
  {
    title: "without a view in which numbers can be had nothing is planned",
    run(t) {
      const bench = new CardBench({ cardId: 3 });
      bench.askPlan({ requestId: 1, kind: PLAN_SEED, seed: 5n });
      const blank = new CardBench({ uninitialised: true });
      blank.askPlan({ requestId: 1, kind: PLAN_SEED, seed: 5n });
      for (const { host, sent: frames } of [bench, blank]) {
        t.deepEqual(host.planResults(), [[1, PLAN_NOT_READY, 0n]]);
        t.deepEqual(frames.plans(), []);
      }
    },
  },
  {
    title: "a result of another plan, or a second one, is nobody's",
    run(t) {
      const bench = ready();
      bench.planResult(1, 0, PLAN_DONE);
      bench.askPlan({ requestId: 1, kind: PLAN_SEED, seed: 5n });
      bench.planResult(1, 2, PLAN_DONE);
      t.deepEqual(bench.host.planResults(), []);
      bench.planResult(1, 1, PLAN_DONE, 5n);
      bench.planResult(1, 1, PLAN_DONE, 5n);
      t.deepEqual(bench.host.planResults(), [[1, PLAN_DONE, 5n]]);
    },
  },
  {
    title: "where no result comes, the host is told that it failed, in the end",
    run(t) {
      const bench = ready();
      bench.askPlan({ requestId: 1, kind: PLAN_SEED, seed: 5n });
      bench.advance(2 * DEFAULT_TIMING.planUs - 1);
      t.deepEqual(bench.host.planResults(), []);
      bench.advance(1);
      t.deepEqual(bench.host.planResults(), [[1, PLAN_FAILED, 0n]]);
      bench.planResult(1, 1, PLAN_DONE, 5n);
      t.is(bench.host.planResults().length, 1);
    },
  },
  {
    title: "a new session knows nothing of the old one's plan, and may have its own",
    run(t) {
      const bench = ready();
      bench.askPlan({ requestId: 1, kind: PLAN_SEED, seed: 5n });
      bench.fromHost(hostOpen(2));
      bench.planResult(1, 1, PLAN_DONE, 5n);
      t.deepEqual(bench.host.planResults(), []);
      bench.fromHost(hostPlan(2, { requestId: 1, kind: PLAN_SEED, seed: 7n }));
      bench.planResult(1, 1, PLAN_DONE, 7n);
      t.deepEqual(bench.host.sessions(FRAME_HOST_PLAN_RESULT), [2]);
      bench.fromHost(hostPlan(2, { requestId: 2, kind: PLAN_SEED, seed: 9n }));
      bench.fromHost(hostClose(2));
      bench.planResult(1, 2, PLAN_DONE, 9n);
      bench.fromHost(hostOpen(SESSION));
      bench.advance(3 * DEFAULT_TIMING.planUs);
      t.is(bench.host.planResults().length, 1);
    },
  },
  {
    title: "a PLAN_RESULT of a wrong length is counted",
    run(t) {
      const bench = ready();
      bench.receive(1, FRAME_PLAN_RESULT, (frame) => {
        frame.length = 13;
      });
      t.is(bench.card.counters.dropLength, 1);
    },
  },
];
