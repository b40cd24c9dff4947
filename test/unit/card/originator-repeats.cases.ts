import type { HostBlocks } from "../../../firmware/card/host-blocks.js";
import { REFUSE_COUNT, REFUSE_EXHAUSTED, REFUSE_NO_LEASE } from "../../../firmware/wire/frame-types.js";
import { SESSION } from "../../support/card-bench.js";
import { hostOpen, hostRequest } from "../../support/host-frames.js";
import type { UnitCase } from "../../support/unit-case.js";
import { newestId, ready } from "./originator-bench.js";

interface OriginatorInside {
  readonly originator: { readonly blocks: HostBlocks };
}

export const originatorRepeatsCases: readonly UnitCase[] = [
  {
    title: "an answer that finds no way in the host's buffer is sent when the host repeats its request",
    run(t) {
      const bench = ready();
      bench.ask(1);
      bench.hostAccepts = false;
      bench.answer(2, { requestId: newestId(bench), first: 5n });
      bench.hostAccepts = true;
      bench.ask(1);
      t.is(bench.sent.requests().length, 1);
      t.deepEqual(
        bench.host.answers().map(({ tag, first }) => [tag, first]),
        [[1, 5n]],
      );
    },
  },
  {
    title:
      "a request that crosses its answer gets the same answer again: nothing is asked for, so nothing is skipped",
    run(t) {
      const bench = ready();
      bench.ask(4, 5);
      bench.ask(5, 6);
      bench.ask(6, 7);
      bench.answer(2, { requestId: newestId(bench), first: 2n ** 32n - 2n, count: 5 });
      bench.answer(2, { requestId: newestId(bench), first: 2n ** 32n + 3n, count: 13 });
      bench.host.clear();
      for (const [tag, count] of [
        [5, 6],
        [4, 5],
        [6, 7],
        [5, 6],
      ] as const)
        bench.ask(tag, count);
      t.deepEqual(
        bench.host.answers().map(({ tag, first, count }) => [tag, first, count]),
        [
          [5, 2n ** 32n + 3n, 6],
          [4, 2n ** 32n - 2n, 5],
          [6, 2n ** 32n + 9n, 7],
          [5, 2n ** 32n + 3n, 6],
        ],
      );
      t.is(bench.sent.requests().length, 2);
      const { blocksAsked, blocksAnswered, numbersDelivered } = bench.card.counters;
      t.deepEqual([blocksAsked, blocksAnswered, numbersDelivered], [3, 3, 18], "each counts once");
    },
  },
  {
    title:
      "a request that crosses its answer gets it again even in the next view, and while nobody may assign",
    run(t) {
      const bench = ready();
      bench.ask(1);
      bench.answer(2, { requestId: newestId(bench), first: 5n });
      bench.host.clear();
      bench.beacon({ view: 0x1002, from: 2, secondary: 1, base: 90n, ceiling: 90n, state: REFUSE_NO_LEASE });
      bench.ask(1);
      t.deepEqual(
        bench.host.answers().map(({ tag, first }) => [tag, first]),
        [[1, 5n]],
      );
    },
  },
  {
    title: "a request that was refused is a new one when it is repeated, and so is one of another session",
    run(t) {
      const bench = ready();
      bench.ask(0, 0);
      bench.ask(1);
      bench.refuse(1, newestId(bench), REFUSE_EXHAUSTED);
      bench.ask(0, 0);
      bench.ask(1);
      t.deepEqual(
        bench.host.refusals().map(({ tag, code }) => [tag, code]),
        [
          [0, REFUSE_COUNT],
          [1, REFUSE_EXHAUSTED],
          [0, REFUSE_COUNT],
        ],
      );
      bench.answer(2, { requestId: newestId(bench), first: 5n });
      t.is(bench.sent.requests().length, 2);
      bench.fromHost(hostOpen(SESSION + 1));
      bench.fromHost(hostRequest(SESSION + 1, 1, 1));
      t.is(bench.sent.requests().length, 3, "another process may use the same tags");
      t.is(bench.host.answers().length, 1);
    },
  },
  {
    title:
      "a repeated request is known for one whatever the first tag of a session was, and across the turn of 32 bits",
    run(t) {
      for (const firstTag of [0, 0x7fff_fffe, 0x8000_0000, 0xffff_fffc]) {
        const bench = ready();
        const tags = [0, 1, 2, 3, 4, 5].map((step) => (firstTag + step) >>> 0);
        for (const tag of tags) {
          bench.ask(tag);
          // An older one that is not known is a request like any other, and does not hide those behind it.
          if (tag === tags[2]) bench.ask((firstTag - 1) >>> 0);
          for (const known of tags.slice(0, tags.indexOf(tag) + 1)) bench.ask(known);
        }
        t.is(bench.card.counters.blocksAsked, tags.length + 1);
        const { originator } = bench.card as unknown as OriginatorInside;
        t.is(originator.blocks.newestTag, tags[5], "so the next is known for a new one in one look");
        bench.answer(2, { requestId: newestId(bench), first: 1n, count: 1 });
        bench.answer(2, { requestId: newestId(bench), first: 2n, count: tags.length });
        bench.host.clear();
        for (const tag of tags) bench.ask(tag);
        t.deepEqual(
          bench.host.answers().map(({ tag, first }) => [tag, first]),
          tags.map((tag, at) => [tag, BigInt(at < 3 ? at + 1 : at + 2)]),
        );
        t.is(bench.card.counters.blocksAsked, tags.length + 1);
      }
    },
  },
];
