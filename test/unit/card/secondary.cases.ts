import type { CardContext } from "../../../firmware/card/card-context.js";
import { Secondary } from "../../../firmware/card/secondary.js";
import { FrameBuffer } from "../../../firmware/wire/frame-buffer.js";
import { FRAME_STORE } from "../../../firmware/wire/frame-types.js";
import { encodeStore } from "../../../firmware/wire/number-frames.js";
import { CardBench } from "../../support/card-bench.js";
import { memberParts } from "../../support/card-parts.js";
import { snapshot, toBigInt, uint64 } from "../../support/layout.js";
import { LinkLog } from "../../support/link-log.js";
import type { UnitCase } from "../../support/unit-case.js";

const VIEW = 0x101;

/** A secondary by itself, warm in view VIEW with base 100, whose answers are kept. */
class SecondaryBench {
  readonly context: CardContext;
  readonly secondary: Secondary;
  readonly sent = new LinkLog();

  constructor() {
    const { context, post } = memberParts({ cardId: 2, base: 100n }, this.sent);
    this.context = context;
    this.secondary = new Secondary(context, post, { noteHeld() {} });
    this.secondary.begin();
  }

  store(): number {
    const frame = new FrameBuffer();
    encodeStore(frame, VIEW, 3, 1, uint64(100n), 1);
    this.secondary.receiveStore(1, frame, false);
    return this.sent.answers().length;
  }
}

function ready(): CardBench {
  const bench = new CardBench({ cardId: 2, first: 100n });
  bench.beacon();
  return bench;
}

function held(bench: CardBench): bigint {
  return toBigInt(bench.status().status().held);
}

export const secondaryCases: readonly UnitCase[] = [
  {
    title: "stores, then answers the originator with what it was told",
    run(t) {
      const bench = ready();
      t.is(held(bench), 100n);
      bench.store(1, { originator: 3, requestId: 0xffff_fff1, first: 100n, count: 32_768 });
      t.is(held(bench), 32_868n);
      const [answer] = bench.sent.answers();
      t.is(answer?.to, 3);
      t.is(
        snapshot(answer?.fields ?? {}),
        snapshot({ view: VIEW, requestId: 0xffff_fff1, first: uint64(100n), count: 32_768 }),
      );
      t.is(bench.card.counters.storesReceived, 1);
    },
  },
  {
    title: "the primary can be the originator",
    run(t) {
      const bench = ready();
      bench.store(1, { originator: 1, first: 100n });
      t.deepEqual(
        bench.sent.answers().map(({ to }) => to),
        [1],
      );
    },
  },
  {
    title: "keeps the highest end, whatever the order, and answers each STORE, also the same one again",
    run(t) {
      const bench = ready();
      bench.store(1, { requestId: 2, first: 110n, count: 10 });
      bench.store(1, { requestId: 1, first: 100n, count: 10 });
      bench.store(1, { requestId: 2, first: 110n, count: 10 });
      t.is(held(bench), 120n);
      t.deepEqual(
        bench.sent.answers().map(({ fields }) => [fields.requestId, fields.first.low]),
        [
          [2, 110],
          [1, 100],
          [2, 110],
        ],
      );
    },
  },
  {
    title: "stores to the very end of the numbers",
    run(t) {
      const bench = ready();
      bench.store(1, { first: 2n ** 63n - 1n, count: 1 });
      t.is(held(bench), 2n ** 63n);
      t.is(bench.sent.answers().length, 1);
    },
  },
  {
    title: "a STORE that cannot be right is counted, stored by nobody and answered by nothing",
    run(t) {
      const bench = ready();
      const wrong: readonly (readonly [string, number, Parameters<CardBench["store"]>[1]])[] = [
        ["from another than the primary", 3, {}],
        ["of an older view", 1, { view: 0x100 }],
        ["of a newer view", 1, { view: 0x201 }],
        ["of no view", 1, { view: 0 }],
        ["below the base", 1, { first: 99n }],
        ["below the base, though its end is above", 1, { first: 99n, count: 5 }],
        ["of no number", 1, { count: 0 }],
        ["number 0", 1, { first: 0n }],
        ["beyond the numbers", 1, { first: 2n ** 63n - 1n, count: 2 }],
        ["far beyond the numbers", 1, { first: 2n ** 64n - 1n, count: 1 }],
        ["for an originator that is no member", 1, { originator: 9 }],
        ["for originator 0", 1, { originator: 0 }],
      ];
      wrong.forEach(([why, source, fields], index) => {
        bench.store(source, { first: 150n, originator: 3, ...fields });
        t.is(bench.card.counters.storesRefused, index + 1, why);
        t.is(bench.sent.answers().length, 0, why);
      });
      t.is(held(bench), 100n);
      t.is(bench.card.counters.storesReceived, 0);
      bench.receive(1, FRAME_STORE, (frame) => {
        frame.length = 28;
      });
      t.is(bench.card.counters.dropLength, 1);
    },
  },
  {
    title: "a card that is not the secondary stores nothing",
    run(t) {
      for (const cardId of [1, 3]) {
        const bench = new CardBench({ cardId });
        bench.store(cardId === 1 ? 2 : 1, { originator: 3 });
        t.is(bench.card.counters.storesRefused, 1);
        t.is(bench.sent.answers().length, 0);
      }
    },
  },
  {
    title: "a secondary that was restarted in its view stores nothing, whatever comes, until the next view",
    run(t) {
      const bench = ready();
      bench.restart();
      bench.beacon({ sequence: 2 });
      bench.store(1, { originator: 3 });
      bench.beacon({ sequence: 3, ceiling: 300_000n });
      bench.store(1, { originator: 3, first: 101n });
      t.is(bench.card.counters.storesRefused, 2);
      t.is(bench.sent.answers().length, 0);
      t.is(held(bench), 0n, "it holds no number that it could vouch for");
      bench.beacon({ view: 0x203, from: 3, secondary: 2, base: 400n, ceiling: 66_000n });
      bench.store(3, { view: 0x203, originator: 1, first: 400n });
      t.is(bench.sent.answers().length, 1);
    },
  },
  {
    title: "a card that has promised a higher view stores nothing more in the one it has accepted",
    run(t) {
      const bench = new SecondaryBench();
      t.is(bench.store(), 1);
      bench.context.state.promised = VIEW + 1;
      bench.context.save();
      t.is(bench.store(), 1, "not answered");
      t.is(bench.context.counters.storesRefused, 1);
      bench.context.state.promised = VIEW;
      bench.context.save();
      bench.context.setCold(true);
      t.is(bench.store(), 1, "nor while cold");
      bench.context.setCold(false);
      t.is(bench.store(), 2);
    },
  },
];
