import { DEFAULT_TIMING, MAX_BLOCK_COUNT, MAX_BLOCKS_IN_FLIGHT } from "../../../firmware/wire/constants.js";
import { REFUSE_BUSY, REFUSE_EXHAUSTED } from "../../../firmware/wire/frame-types.js";
import type { UnitCase } from "../../support/unit-case.js";
import { newestId, ready } from "./originator-bench.js";

export const originatorGroupsCases: readonly UnitCase[] = [
  {
    title: "eight blocks are open; the ninth is refused as busy, until one is answered",
    run(t) {
      const bench = ready();
      for (let tag = 1; tag <= MAX_BLOCKS_IN_FLIGHT; tag += 1) bench.ask(tag, tag);
      t.is(bench.sent.requests().length, 1);
      bench.ask(9);
      bench.ask(10);
      t.deepEqual(bench.host.refusals(), [
        { tag: 9, code: REFUSE_BUSY },
        { tag: 10, code: REFUSE_BUSY },
      ]);
      bench.answer(2, { requestId: newestId(bench), first: 40n, count: 1 });
      bench.ask(11);
      t.is(bench.host.refusals().length, 2);
      bench.answer(2, { requestId: newestId(bench), first: 50n, count: 35 });
      bench.answer(2, { requestId: newestId(bench), first: 90n, count: 1 });
      t.deepEqual(
        bench.host.answers().map(({ tag }) => tag),
        [1, 2, 3, 4, 5, 6, 7, 8, 11],
      );
    },
  },
  {
    title:
      "what comes while a request is under way goes together in the next, and shares its numbers in the order of coming",
    run(t) {
      const bench = ready();
      for (const [tag, count] of [
        [1, 5],
        [7, 3],
        [2, 4],
      ] as const)
        bench.ask(tag, count);
      t.deepEqual(
        bench.sent.requests().map(({ fields }) => fields.count),
        [5],
        "nobody is added to what was asked for before it came",
      );
      const first = newestId(bench);
      bench.advance(2000);
      bench.answer(2, { requestId: first, first: 10n, count: 5 });
      t.deepEqual(
        bench.sent.requests().map(({ atUs, fields }) => [atUs, fields.count]),
        [
          [0, 5],
          [2000, 7],
        ],
      );
      t.false(newestId(bench) === first);
      bench.ask(3);
      bench.answer(2, { requestId: newestId(bench), first: 2n ** 32n - 3n, count: 7 });
      t.deepEqual(
        bench.host.answers().map(({ tag, first, count }) => [tag, first, count]),
        [
          [1, 10n, 5],
          [7, 2n ** 32n - 3n, 3],
          [2, 2n ** 32n, 4],
        ],
      );
      const { blocksAsked, blocksAnswered, numbersDelivered } = bench.card.counters;
      t.deepEqual([blocksAsked, blocksAnswered, numbersDelivered], [4, 3, 12]);
    },
  },
  {
    title: "blocks of more numbers than one request may ask for go one after the other",
    run(t) {
      const bench = ready();
      for (let tag = 1; tag <= 4; tag += 1) bench.ask(tag, tag === 4 ? 1 : MAX_BLOCK_COUNT);
      for (let tag = 1; tag <= 3; tag += 1)
        bench.answer(2, {
          requestId: newestId(bench),
          first: BigInt(tag) * 100_000n,
          count: MAX_BLOCK_COUNT,
        });
      t.deepEqual(
        bench.sent.requests().map(({ fields }) => fields.count),
        [MAX_BLOCK_COUNT, MAX_BLOCK_COUNT, MAX_BLOCK_COUNT, 1],
      );
    },
  },
  {
    title: "behind a slow answer the next request is put off, and carries what comes meanwhile",
    run(t) {
      const bench = ready();
      bench.ask(1);
      bench.advance(15_000);
      bench.beacon({ sequence: 2, ceiling: 1n });
      bench.ask(2);
      bench.answer(2, { requestId: newestId(bench) });
      t.is(bench.sent.requests().length, 1);
      bench.advance(1000);
      bench.ask(3);
      bench.advance(30_000);
      t.deepEqual(
        bench.sent.requests().map(({ atUs, fields }) => [atUs, fields.count]),
        [
          [0, 1],
          [15_000 + 2 * (7500 - DEFAULT_TIMING.retryUs / 4), 2],
        ],
      );
    },
  },
  {
    title: "a request that asks for more than is left is asked again block by block",
    run(t) {
      const bench = ready();
      bench.ask(1, 1);
      bench.ask(2, 3);
      bench.ask(3, 9);
      bench.answer(2, { requestId: newestId(bench) });
      const both = newestId(bench);
      bench.refuse(1, both, REFUSE_EXHAUSTED);
      bench.advance(0);
      t.deepEqual(
        bench.sent.requests().map(({ fields }) => fields.count),
        [1, 12, 3],
      );
      t.deepEqual(bench.host.refusals(), []);
      bench.answer(2, { requestId: both, first: 7n, count: 12 });
      t.is(bench.card.counters.answersLate, 1, "the request for both is nobody's any more");
      bench.answer(2, { requestId: newestId(bench), first: 2n ** 63n - 4n, count: 3 });
      bench.refuse(1, newestId(bench), REFUSE_EXHAUSTED);
      t.deepEqual(bench.host.refusals(), [{ tag: 3, code: REFUSE_EXHAUSTED }]);
      t.deepEqual(
        bench.host.answers().map(({ tag, first }) => [tag, first]),
        [
          [1, 1n],
          [2, 2n ** 63n - 4n],
        ],
      );
    },
  },
];
